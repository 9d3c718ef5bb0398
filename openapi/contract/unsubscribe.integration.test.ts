import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { operatorOf } from "../../scripts/portico/operatorCall";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { invite, signIn } from "./invitations.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** The link in e-mails that ends them, as mail programs, their providers and people use it. */

let portico: TestPortico;
let owner: string;
let url: string;

beforeAll(async () => {
  portico = await startTestPortico();
  owner = portico.demo.organizations[0]?.users.owner.token ?? "";
  const { email, token } = await invite(portico, owner);
  const invitee = await signIn(portico, email);
  expect((await send(portico, "POST", "/v1/invitations/accept", invitee, { token })).status).toBe(200);
  url = await unsubscribeUrl();
});
afterAll(() => portico.close());

/** The link of the e-mail that tells the owner of the acceptance. */
async function unsubscribeUrl(): Promise<string> {
  const call = operatorOf(portico.deployment);
  const ids: readonly unknown[] = Object(await call("query", "messaging/sending:waiting", {}));
  for (const emailId of ids) {
    const mail = Object(await call("action", "messaging/sending:take", { emailId }));
    const header: string = Object(mail.headers)["List-Unsubscribe"] ?? "";
    if (header !== "") return header.slice(1, -1);
  }
  throw new Error("No e-mail has such a link.");
}

/** Whether the page of the link says that its e-mails are on, which nothing but a click turns off. */
const isOn = async () => (await (await fetch(url)).text()).includes("Turn off");
const setting = async () => (await send(portico, "GET", "/v1/me/settings", owner)).body["emailActivity"];
const click = (body: BodyInit | undefined, headers: Record<string, string> = {}, address = url) =>
  fetch(address, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
const oneClick = new URLSearchParams({ "List-Unsubscribe": "One-Click" });

describe("an unsubscribe link", () => {
  it("is at the deployment's public address and names no address and nothing secret", () => {
    expect(url).toMatch(new RegExp(`^${portico.siteUrl}/v1/email/unsubscribe\\?token=[\\w.-]{80,200}$`));
    expect(url).not.toMatch(/acme\.example|@/);
  });

  it("shows a page to whoever and whatever looks at it, and changes nothing", async () => {
    for (const accept of ["text/html", "*/*", "application/json"]) {
      const response = await fetch(url, { headers: { accept } });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("content-security-policy")).toContain("form-action 'self'");
      expect(await response.text()).toContain("Turn off e-mails about what others do that concerns you?");
    }
    expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    expect([await isOn(), await setting()]).toEqual([true, true]);
  });

  it.each([
    ["nothing", undefined, {}],
    ["an empty form", "", { "content-type": "application/x-www-form-urlencoded" }],
    ["another form", new URLSearchParams({ "List-Unsubscribe": "Two-Click" }), {}],
    ["JSON", '{"List-Unsubscribe":"One-Click"}', { "content-type": "application/json" }],
    [
      "too much",
      oneClick.toString() + "&x=".padEnd(5000, "x"),
      { "content-type": "application/x-www-form-urlencoded" },
    ],
    ["a dry run", oneClick, { "portico-dry-run": "true" }],
  ] as const)("does nothing for %s", async (_what, body, headers) => {
    const response = await click(body, headers);
    expect([400, 413, 415]).toContain(response.status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect([await isOn(), await setting()]).toEqual([true, true]);
  });

  it("opens nothing once a character of it is another, or with more or less", async () => {
    const [base = "", token = ""] = url.split("?token=");
    const [userId = "", organizationId = "", category = "", mac = ""] = token.split(".");
    const other = portico.demo.organizations[1];
    const forged = [
      "",
      "x",
      ".".repeat(3),
      token.slice(0, -1),
      `${token}A`,
      [userId, organizationId, category, randomBytes(32).toString("base64url")].join("."),
      [other?.users.owner.id, organizationId, category, mac].join("."),
      [userId, other?.id, category, mac].join("."),
      [userId, organizationId, "toString", mac].join("."),
      [userId, organizationId, category, "", mac].join("."),
      // The last character has two bits that say nothing; only one spelling of it holds.
      ...Array.from(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        (last) => token.slice(0, -1) + last,
      ).filter((spelling) => spelling !== token),
      "a".repeat(10_000),
    ];
    for (const text of forged) {
      for (const method of ["GET", "POST"]) {
        const response = await fetch(`${base}?token=${encodeURIComponent(text)}`, {
          method,
          ...(method === "POST" ? { body: oneClick } : {}),
        });
        expect([response.status, Object(await response.json()).code], `${method} ${text.slice(0, 100)}`).toEqual([
          404,
          "not_found",
        ]);
      }
    }
    expectProblem(await send(portico, "GET", "/v1/email/unsubscribe", undefined), 404, "not_found");
    expect([await isOn(), await setting()]).toEqual([true, true]);
  });

  it.each([
    ["a form", () => oneClick],
    [
      "a form of parts",
      () => {
        const form = new FormData();
        form.set("List-Unsubscribe", "One-Click");
        return form;
      },
    ],
  ])("turns the e-mails off for %s without session and cookies, and as often as it comes", async (_kind, body) => {
    await send(portico, "PATCH", "/v1/me/settings", owner, { emailActivity: true });
    expect(await isOn()).toBe(true);
    for (let times = 0; times < 2; times++) {
      const response = await click(body());
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("are off")]);
      expect(await isOn()).toBe(false);
    }
  });

  it("ends those of its organization alone, and can be taken back by the person", async () => {
    await send(portico, "PATCH", "/v1/me/settings", owner, { theme: "dark", emailActivity: true });
    expect((await click(oneClick)).status).toBe(200);
    const { body } = await send(portico, "GET", "/v1/me/settings", owner);
    expect(body).toMatchObject({ theme: "dark", emailActivity: true, notificationsEnabled: true });
    for (const emailActivity of [null, true]) {
      await click(oneClick);
      await send(portico, "PATCH", "/v1/me/settings", owner, { emailActivity });
      expect(await isOn()).toBe(true);
    }
    await click(oneClick);
    await send(portico, "PATCH", "/v1/me/settings", owner, { theme: "light" });
    expect(await isOn()).toBe(false);
  });

  it("stands in no log", () => {
    const token = url.slice(url.indexOf("=") + 1);
    for (const part of [token, token.split(".").at(-1) ?? ""]) expect(portico.logLines.join("\n")).not.toContain(part);
  });
});
