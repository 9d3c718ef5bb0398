import { Portico, PorticoError, type Todo } from "@portico/sdk";
import { api } from "@portico/sdk/convex";
import { ConvexClient } from "convex/browser";
import { signIn, tokenAfterSignIn } from "./signIn";

/** Set by the bundler (main.ts). */
declare const SETTINGS: { readonly restUrl: string; readonly convexUrl: string; readonly issuer: string };

async function start(): Promise<void> {
  const token = await tokenAfterSignIn(SETTINGS.issuer);
  element("#sign-in").addEventListener("click", () => attempt(signIn(SETTINGS.issuer)));
  element("#welcome").hidden = token !== undefined;
  element("main").hidden = token === undefined;
  if (token !== undefined) await open(token);
}

/** Shows the organization's todos, and goes on showing them as they are: the query runs again when what it read has changed. */
async function open(token: string): Promise<void> {
  const portico = new Portico({ baseUrl: SETTINGS.restUrl, token });
  const { name, organization } = await portico.me.get();
  element("#who").textContent = `${name}, ${organization?.name ?? "no organization"}`;

  const convex = new ConvexClient(SETTINGS.convexUrl);
  // It lasts an hour; a product asks its provider for another one here.
  convex.setAuth(async () => token);
  convex.onUpdate(
    api.workspace.todos.list,
    { paginationOpts: { numItems: 50, cursor: null } },
    ({ page }) => element("#todos").replaceChildren(...page.map((todo) => row(portico, todo))),
    (error) => say(error.message),
  );

  element("#add").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = element("#add input");
    if (!(input instanceof HTMLInputElement)) return;
    attempt(portico.todos.create({ text: input.value }));
    input.value = "";
  });
}

/** A todo with what can be done about it over REST; what comes of it arrives with the query. */
function row(portico: Portico, { id, text, completed }: Todo): HTMLLIElement {
  const item = document.createElement("li");
  const box = document.createElement("input");
  const label = document.createElement("span");
  const remove = document.createElement("button");
  item.classList.toggle("done", completed);
  box.type = "checkbox";
  box.checked = completed;
  box.ariaLabel = text;
  box.addEventListener("change", () => attempt(portico.todos.toggle(id)));
  label.textContent = text;
  remove.textContent = "Delete";
  remove.addEventListener("click", () => attempt(portico.todos.delete(id)));
  item.append(box, label, remove);
  return item;
}

/** Waits for what somebody asked for, and says so if it was refused: a viewer may read and change nothing. */
function attempt(work: PromiseLike<unknown>): void {
  say("");
  work.then(undefined, (error: unknown) => say(textOf(error)));
}

function textOf(error: unknown): string {
  if (error instanceof PorticoError) return error.detail ?? error.title;
  return error instanceof Error ? error.message : String(error);
}

function say(text: string): void {
  element("#trouble").textContent = text;
}

function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

attempt(start());
