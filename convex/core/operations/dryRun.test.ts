import { describe, expect, it } from "vitest";
import { text } from "../schema/fields";
import { noContent } from "../resources/operations";
import { resource } from "../resources/resource";
import { operationOf } from "./convexFunctions";
import { restFunctions } from "./restFunctions";

const things = resource({
  name: "workspace/smallThings",
  table: "todos",
  path: "/small-things",
  fields: { title: text(1, 10) },
  permissions: "item",
  idParameter: "thingId",
  credential: { prefix: "thg_", field: "key", description: "Shown once." },
});
const declared = { summary: "Does it", output: noContent, handler: () => Promise.resolve(null) };
const smallThings = {
  get: things.read("get", declared),
  revoke: things.change("revoke", declared),
  rotateKey: things.issue("rotateKey", declared),
  redeliver: things.change("redeliver", { ...declared, departs: { dryRun: false } }),
};
const rest = restFunctions({ smallThings });

/** Names of the arguments that a Convex function takes. */
function argumentNamesOf(exported: object): string[] {
  const exportArgs: unknown = Reflect.get(exported, "exportArgs");
  if (typeof exportArgs !== "function") throw new Error("It is no Convex function.");
  return Object.keys(JSON.parse(String(Reflect.apply(exportArgs, exported, []))).value);
}

/** Runs a registered function as a deployment does, with nothing behind it. */
async function invoke(registered: object, method: string, args: object): Promise<unknown> {
  const run: unknown = Reflect.get(registered, method);
  if (typeof run !== "function") throw new Error(`It has no ${method}.`);
  return Reflect.apply(
    run,
    registered,
    method === "invokeAction" ? ["", JSON.stringify([args])] : [JSON.stringify([args])],
  );
}

describe("a dry run is offered", () => {
  it.each(Object.entries(smallThings))("%s: by what changes nothing but the database", (verb, exported) => {
    const isOffered = verb === "revoke" || verb === "rotateKey";
    expect(operationOf(exported)?.supportsDryRun).toBe(isOffered);
    expect(argumentNamesOf(exported).includes("dryRun")).toBe(isOffered);
  });
});

it("refuses to try what reaches beyond the database, before anything is read", async () => {
  const request = { operation: "smallThings.redeliver", params: { thingId: "one" }, request: { dryRun: true } };
  const refusal = await invoke(rest.mutation, "invokeMutation", request).catch((error: unknown) => error);
  // Convex hands the data of an error on as text.
  expect(JSON.parse(Object(refusal).data)).toMatchObject({ problem: { code: "dry_run_unsupported", status: 400 } });
});
