import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { encryptionVariables } from "./masterKey";

const key = "ab".repeat(32);
const otherKey = "cd".repeat(32);

async function dataDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "portico-key-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

it("makes a key once, in a file of the owner alone", async () => {
  const directory = await dataDirectory();
  const first = await encryptionVariables(directory, {});
  expect(first).toEqual({ ENCRYPTION_MASTER_KEY: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(await encryptionVariables(directory, { ENCRYPTION_MASTER_KEY: "" })).toEqual(first);
  const file = path.join(directory, "encryption-key");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).toBe(`${first["ENCRYPTION_MASTER_KEY"]}\n`);
  expect(await encryptionVariables(await dataDirectory(), {})).not.toEqual(first);
});

it("refuses a file that others can read, or that holds no key", async () => {
  const directory = await dataDirectory();
  await encryptionVariables(directory, {});
  const file = path.join(directory, "encryption-key");
  await chmod(file, 0o644);
  await expect(encryptionVariables(directory, {})).rejects.toThrow("open to other users");
  await chmod(file, 0o600);
  await writeFile(file, "short\n");
  await expect(encryptionVariables(directory, {})).rejects.toThrow("does not hold a key");
});

it("takes the operator's, and makes none beside them", async () => {
  const directory = await dataDirectory();
  const set = {
    ENCRYPTION_MASTER_KEY: otherKey,
    ENCRYPTION_KEY_VERSION: "2",
    ENCRYPTION_MASTER_KEY_V1: key,
  };
  expect(await encryptionVariables(directory, { ...set, PATH: "/bin", ENCRYPTION_OTHER: "x" })).toEqual(set);
  await expect(stat(path.join(directory, "encryption-key"))).rejects.toThrow("ENOENT");
});

it("keeps its own at hand once the operator sets another, and refuses one in its place", async () => {
  const directory = await dataDirectory();
  const own = (await encryptionVariables(directory, {}))["ENCRYPTION_MASTER_KEY"] ?? "";
  const rotated = { ENCRYPTION_MASTER_KEY: otherKey, ENCRYPTION_KEY_VERSION: "2" };
  expect(await encryptionVariables(directory, rotated)).toEqual({ ...rotated, ENCRYPTION_MASTER_KEY_V1: own });
  expect(await encryptionVariables(directory, { ENCRYPTION_MASTER_KEY: own.toUpperCase() })).toEqual({
    ENCRYPTION_MASTER_KEY: own,
  });
  for (const set of [{ ENCRYPTION_MASTER_KEY: otherKey }, { ...rotated, ENCRYPTION_MASTER_KEY_V1: key }])
    await expect(encryptionVariables(directory, set)).rejects.toThrow(
      /^ENCRYPTION_MASTER_KEY(_V1)? is another key than/,
    );
});

it.each([
  [{ ENCRYPTION_MASTER_KEY: key.slice(1) }, "ENCRYPTION_MASTER_KEY must be 64 hexadecimal digits"],
  [{ ENCRYPTION_MASTER_KEY: `${key}\n` }, "ENCRYPTION_MASTER_KEY must be 64 hexadecimal digits"],
  [{ ENCRYPTION_MASTER_KEY: key, ENCRYPTION_MASTER_KEY_V3: "x" }, "ENCRYPTION_MASTER_KEY_V3 must be"],
  [{ ENCRYPTION_MASTER_KEY: key, ENCRYPTION_KEY_VERSION: "0" }, "ENCRYPTION_KEY_VERSION must be"],
  [{ ENCRYPTION_MASTER_KEY: key, ENCRYPTION_KEY_VERSION: "256" }, "ENCRYPTION_KEY_VERSION must be"],
  [{ ENCRYPTION_KEY_VERSION: "2" }, "ENCRYPTION_KEY_VERSION is set and ENCRYPTION_MASTER_KEY is not"],
  [{ ENCRYPTION_MASTER_KEY_V1: key }, "ENCRYPTION_MASTER_KEY_V1 is set and ENCRYPTION_MASTER_KEY is not"],
])("refuses what is no key without repeating it (%#)", async (environment: NodeJS.ProcessEnv, message) => {
  const refusal: unknown = await encryptionVariables(await dataDirectory(), environment).catch(
    (error: unknown) => error,
  );
  expect(String(refusal)).toContain(message);
  expect(String(refusal)).not.toContain("abab");
});
