// One client that watches thousands of distinct queries, in a process of its own, and reports how stale its results were.
import { once } from "node:events";
import { WebSocket } from "ws";

export interface WatchOrder {
  readonly cloudUrl: string;
  readonly token: string;
  readonly subscriptions: number;
}

export interface WatchResult {
  readonly transitions: number;
  /** The longest time from a write until every subscription showed it, at most; 0 before the second Transition. */
  readonly stalestMs: number;
  readonly receivedBytes: number;
  readonly isOpen: boolean;
}

interface Watch {
  readonly socket: WebSocket;
  transitions: number;
  shownAtMs: number | null;
  stalestMs: number;
  receivedBytes: number;
}

async function start({ cloudUrl, token, subscriptions }: WatchOrder): Promise<Watch> {
  const socket = new WebSocket(`${cloudUrl.replace("http", "ws")}/api/1.48.0/sync`);
  socket.on("error", () => undefined);
  await once(socket, "open");
  const watch: Watch = { socket, transitions: 0, shownAtMs: null, stalestMs: 0, receivedBytes: 0 };
  const send = (message: object): void => socket.send(JSON.stringify(message));
  send({ type: "Connect", sessionId: crypto.randomUUID(), connectionCount: 0, lastCloseReason: null, clientTs: 0 });
  send({ type: "Authenticate", baseVersion: 0, tokenType: "User", value: token });
  const perMessage = 500;
  let version = 0;
  for (let first = 0; first < subscriptions; first += perMessage) {
    const modifications = Array.from({ length: Math.min(perMessage, subscriptions - first) }, (_, at) => ({
      type: "Add",
      queryId: first + at,
      udfPath: "workspace/todos:list",
      args: [{ createdFrom: first + at, paginationOpts: { numItems: 25, cursor: null } }],
    }));
    send({ type: "ModifyQuerySet", baseVersion: version, newVersion: ++version, modifications });
  }
  socket.on("message", (data: Buffer) => note(watch, data, version));
  return watch;
}

/** Only the head is read: whoever attacks does not parse what comes. */
function note(watch: Watch, data: Buffer, lastVersion: number): void {
  watch.receivedBytes += data.length;
  const head = data.toString("utf8", 0, 600).replaceAll('\\"', '"');
  const end = /"endVersion":\{"querySet":(\d+),"identity":\d+,"ts":"([^"]+)"/.exec(head);
  if (end === null || Number(end[1]) < lastVersion) return;
  const nowMs = Date.now();
  watch.transitions++;
  // A write just after the previous Transition's state becomes visible only now.
  if (watch.shownAtMs !== null) watch.stalestMs = Math.max(watch.stalestMs, nowMs - watch.shownAtMs);
  watch.shownAtMs = Number(Buffer.from(end[2] ?? "", "base64").readBigUInt64LE() / 1_000_000n);
}

let watch: Watch | undefined;
process.on("message", (message: WatchOrder | "report") => {
  if (message !== "report") {
    start(message).then(
      (started) => {
        watch = started;
        process.send?.({ started: true });
      },
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
    return;
  }
  const { transitions = 0, stalestMs = 0, receivedBytes = 0 } = watch ?? {};
  const isOpen = watch?.socket.readyState === WebSocket.OPEN;
  process.send?.({ transitions, stalestMs, receivedBytes, isOpen } satisfies WatchResult);
});
process.once("disconnect", () => process.exit(0));
