import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { send } from "../../openapi/contract/client.testing";
import { copyInstallationFiles } from "./dataDirectory";
import { followMail, writeMissingMail, writeWaitingMail } from "./localMail";
import { operatorOf } from "./operatorCall";
import { startTestPortico } from "./testPortico.testing";
import type { LocalMailOptions, WrittenMail } from "./localMail";
import type { TestPortico } from "./testPortico.testing";

const siteUrl = "https://app.example.com";
let portico: TestPortico;
let owner: string;

beforeAll(async () => {
  portico = await startTestPortico({ SITE_URL: siteUrl });
  owner = portico.demo.organizations[0]?.users.owner.token ?? "";
});
afterAll(() => portico.close());

function optionsOf(written: WrittenMail[]): LocalMailOptions {
  const { deployment, dataDirectory } = portico;
  return { call: operatorOf(deployment), dataDirectory, onWritten: (mail) => written.push(mail) };
}

/** Writes what waits, and reads the one e-mail to an address as a mail program does. */
async function mailTo(address: string) {
  const written: WrittenMail[] = [];
  await writeWaitingMail(optionsOf(written));
  const [mail, ...more] = written.filter(({ to }) => to === address);
  if (!mail || more.length > 0) throw new Error(`There is not one e-mail to ${address}.`);
  return { mail, email: await PostalMime.parse(await readFile(mail.file, "utf8")) };
}

describe("an invitation", () => {
  it("is accepted by somebody of the other organization with the link of its e-mail", async () => {
    const invitee = portico.demo.organizations[1]?.users.member.token ?? "";
    const address = "member@globex.example";
    const created = await send(portico, "POST", "/v1/invitations", owner, { email: address, roleKey: "viewer" });
    expect(created.status, created.text).toBe(201);

    const { mail, email } = await mailTo(address);
    expect(mail.subject).toMatch(/^You are invited to /);
    expect((await stat(mail.file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(mail.file))).mode & 0o777).toBe(0o700);
    const link = /https:\/\/app\.example\.com\/invitations\/accept#token=(inv_[0-9A-Za-z]{43})/;
    const [url = "", token = ""] = link.exec(email.text ?? "") ?? [];
    expect(email.html).toContain(`href="${url}"`);

    const accepted = await send(portico, "POST", "/v1/invitations/accept", invitee, { token });
    expect(accepted.body, accepted.text).toMatchObject({
      organization: { slug: "acme" },
      membership: { roleKey: "viewer", status: "active" },
    });
    const told = await mailTo("owner@acme.example");
    expect(told.email.subject).toBe("Globex member has joined Acme");
  });

  it("leaves its secret in the file alone: not in the database, a log, an answer or a backup", async () => {
    const address = "secret@invited.example";
    const created = await send(portico, "POST", "/v1/invitations", owner, { email: address });
    const { email } = await mailTo(address);
    const [token = "none"] = /inv_[0-9A-Za-z]{43}/.exec(email.text ?? "") ?? [];
    const paths = [
      `/v1/invitations/${String(created.body["id"])}`,
      "/v1/invitations?limit=100",
      "/v1/audit-logs?limit=100",
    ];
    for (const asked of paths) {
      const { status, text } = await send(portico, "GET", asked, owner);
      expect([status, text.includes(token)], asked).toEqual([200, false]);
    }
    expect(portico.logLines.join("\n")).not.toContain(token);
    const entries = await readdir(portico.dataDirectory, { withFileTypes: true });
    const database = entries.filter((entry) => entry.isFile() && entry.name.startsWith("portico.sqlite"));
    expect(database.length).toBeGreaterThan(0);
    for (const { name } of database)
      expect((await readFile(path.join(portico.dataDirectory, name))).includes(token), name).toBe(false);
    const copy = await mkdtemp(path.join(tmpdir(), "portico-mail-copy-"));
    onTestFinished(() => rm(copy, { recursive: true }));
    await copyInstallationFiles(portico.dataDirectory, copy);
    expect(await readdir(copy)).toContain("email-token-key");
    expect(await readdir(copy)).not.toContain("mail");
  });

  it("comes with a new link when it is sent again, and the one before ends", async () => {
    const admin = portico.demo.organizations[0]?.users.admin.token ?? "";
    const invitee = await portico.issuer.mintUserToken(
      { sub: "again", email: "again@invited.example", email_verified: true, name: "Again" },
      3600,
    );
    expect((await send(portico, "POST", "/v1/me/sync", invitee, {})).status).toBe(200);
    expect((await mailTo("again@invited.example")).mail.subject).toBe("Welcome");
    const created = await send(portico, "POST", "/v1/invitations", admin, { email: "again@invited.example" });
    const tokenIn = (text: string | undefined) => /inv_[0-9A-Za-z]{43}/.exec(text ?? "")?.[0] ?? "";
    const first = tokenIn((await mailTo("again@invited.example")).email.text);
    const resent = await send(portico, "POST", `/v1/invitations/${String(created.body["id"])}/resend`, admin);
    expect(resent.status, resent.text).toBe(200);
    const second = tokenIn((await mailTo("again@invited.example")).email.text);
    expect(second).not.toBe(first);
    const accept = (token: string) => send(portico, "POST", "/v1/invitations/accept", invitee, { token });
    expect((await accept(first)).status).toBe(404);
    expect((await accept(second)).status).toBe(200);
  });
});

it("writes again what is noted as written and whose file is gone, with the same link, and nothing else", async () => {
  const address = "gone@invited.example";
  await send(portico, "POST", "/v1/invitations", owner, { email: address });
  const before = await mailTo(address);
  const written: WrittenMail[] = [];
  expect(await writeMissingMail(optionsOf(written))).toBe(0);
  await rm(before.mail.file);
  expect(await writeMissingMail(optionsOf(written))).toBe(1);
  expect(written).toEqual([before.mail]);
  expect((await PostalMime.parse(await readFile(before.mail.file, "utf8"))).text).toBe(before.email.text);
  expect(await writeMissingMail(optionsOf(written))).toBe(0);
});

it("writes e-mails as they come, tells once of what goes wrong, and stops when it is told to", async () => {
  const written: WrittenMail[] = [];
  const troubles: string[] = [];
  const stopping = new AbortController();
  const options = optionsOf(written);
  let isDown = true;
  const call: typeof options.call = (...asked) =>
    isDown ? Promise.reject(new Error("It is down.")) : options.call(...asked);
  const following = followMail(
    { ...options, call },
    { signal: stopping.signal, onTrouble: (message) => troubles.push(message), pauseMs: 10 },
  );
  await expect.poll(() => troubles).toEqual(["It is down."]);
  isDown = false;
  await send(portico, "POST", "/v1/invitations", owner, { email: "followed@invited.example" });
  await expect.poll(() => written.map(({ to }) => to)).toContain("followed@invited.example");
  stopping.abort();
  await following;
  expect(troubles).toHaveLength(1);
});
