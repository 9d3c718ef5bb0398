import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Catalog, sessionRequestsTableName } from "../../../store/catalog";
import { DocumentStore } from "../../../store/documentStore";
import { openStoreFile } from "../../../store/storeFile";
import { scratchDirectory } from "../../../testing/testDeployment.testing";
import { recordedOutcome, recordOutcome, retentionMs } from "./sessionRequests";

it("keeps outcomes for as long as clients may come back, and forgets them afterwards", () => {
  const scratch = scratchDirectory();
  const file = openStoreFile(join(scratch.path, "store.sqlite3"), { durable: false });
  onTestFinished(() => {
    file.close();
    scratch.remove();
  });
  const store = new DocumentStore(file.connection);
  store.ensureTransaction();
  const catalog = new Catalog(file.meta);
  const host = { store, catalog };
  const start = 1_700_000_000_000;
  for (let i = 0; i < 10; i++) recordOutcome(host, { nowMs: start + i, logLines: ["[LOG] 'x'"] }, `key${i}`, `${i}`);
  expect(recordedOutcome(host, "key3")).toEqual({ valueText: "3", logLines: ["[LOG] 'x'"] });
  expect(recordedOutcome(host, "key")).toBeNull();
  const table = catalog.ensureTable(sessionRequestsTableName);
  expect(store.count(table)).toBe(10);
  for (let i = 0; i < 4; i++)
    recordOutcome(host, { nowMs: start + retentionMs + 5, logLines: [] }, `later${i}`, "null");
  // Those of the first five milliseconds have expired; each record takes two of them along.
  expect([recordedOutcome(host, "key4"), recordedOutcome(host, "key5")?.valueText]).toEqual([null, "5"]);
  expect(store.count(table)).toBe(9);
});
