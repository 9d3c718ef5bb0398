import { sessionRequestsTableName } from "../../../store/catalog";
import type { StoredIndex, StoredTable } from "../../../store/catalog";
import { wholeIndex } from "../../../store/documentStore";
import { parseJsonObject, textField } from "../../../json";
import { encodeDocumentId, newInternalId } from "../../../values/documentId";
import { afterPrefix, IndexKeyWriter } from "../../../values/indexKey";
import type { CallContext } from "../../functions/frames";
import type { ExecutionHost } from "../transaction/transaction";

type RequestHost = Pick<ExecutionHost, "catalog" | "store">;

/** How long a client may be away and still learn that its mutation has run, as long as Convex keeps it. */
export const retentionMs = 7 * 24 * 60 * 60 * 1000;
/** Two expired entries are removed for every one added, so that no sweep is needed. */
const prunedPerRecord = 2;

/** The outcome of a mutation's first run. */
export interface RecordedOutcome {
  readonly valueText: string;
  readonly logLines: readonly string[];
}

/** The outcome of a mutation that has committed before under this key, or null. */
export function recordedOutcome(host: RequestHost, key: string): RecordedOutcome | null {
  const index = tableOf(host).indexes.get("_by_key");
  if (index === undefined) throw new Error(`Table ${sessionRequestsTableName} has lost its index`);
  const lower = new IndexKeyWriter().reset(index.number).write(key).take();
  const [row] = host.store.scan({ index, lower, upper: afterPrefix(lower) }, "asc", 1);
  if (row === undefined) return null;
  const document = parseJsonObject(row.text);
  const logLines = document["logLines"];
  return { valueText: textField(document, "valueText"), logLines: Array.isArray(logLines) ? logLines.map(String) : [] };
}

/** Records a mutation's outcome in the transaction of its own writes, and forgets the oldest ones that have expired. */
export function recordOutcome(
  host: RequestHost,
  call: Pick<CallContext, "logLines" | "nowMs">,
  key: string,
  valueText: string,
): void {
  const table = tableOf(host);
  prune(host, table.byCreationTime, call.nowMs - retentionMs);
  const id = encodeDocumentId(table.number, newInternalId(call.nowMs));
  // Bypasses the limit on document size, since a result may be larger than a document.
  const document = { _creationTime: call.nowMs, _id: id, key, logLines: call.logLines, valueText };
  host.store.insert(table, id, JSON.stringify(document), document);
}

function prune(host: RequestHost, byCreationTime: StoredIndex, beforeMs: number): void {
  const { lower } = wholeIndex(byCreationTime);
  const upper = new IndexKeyWriter().reset(byCreationTime.number).writeFloat64(beforeMs).take();
  for (const { id, text } of host.store.scan({ index: byCreationTime, lower, upper }, "asc", prunedPerRecord))
    host.store.remove(tableOf(host), id, text, parseJsonObject(text));
}

function tableOf(host: RequestHost): StoredTable {
  return host.catalog.ensureTable(sessionRequestsTableName);
}
