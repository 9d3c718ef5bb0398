import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deviceFacts, deviceGuid } from "./device";

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const machineId = "0123456789abcdef0123456789abcdef";

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "portico-device-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function machineIdFile(text: string): Promise<string> {
  const file = path.join(directory, "machine-id");
  await writeFile(file, text);
  return file;
}

test("a machine keeps its GUID, which does not give its machine id away", async () => {
  const first = await deviceGuid(await machineIdFile(`${machineId}\n`));
  expect(first).toMatch(guid);
  expect(await deviceGuid(await machineIdFile(machineId))).toBe(first);
  expect(first?.replaceAll("-", "")).not.toBe(machineId);
  const other = await machineIdFile(machineId.replace("0", "1"));
  expect(await deviceGuid(other)).not.toBe(first);
});

test.each(["", "uninitialized\n"])("a machine whose id file says %j has no GUID by itself", async (text) => {
  expect(await deviceGuid(await machineIdFile(text))).toBeUndefined();
});

test("nor has a machine without the file", async () => {
  expect(await deviceGuid(path.join(directory, "missing"))).toBeUndefined();
});

test("facts are JSON with sizes that can be true, well within what a check-in may carry", async () => {
  const facts = await deviceFacts();
  expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  expect(JSON.stringify(facts).length).toBeLessThan(2_000);
  for (const { totalBytes, freeBytes } of [facts.memory, facts.disk]) {
    expect(freeBytes).toBeGreaterThanOrEqual(0);
    expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  }
  expect(facts.memory.totalBytes).toBeGreaterThan(0);
});
