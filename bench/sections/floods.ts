import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { nextMessage } from "../nextMessage";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import { ServerProcess } from "../serverProcess";
import type { AttackedSetup } from "../floods/attackedServer";
import type { FloodOrder, FloodResult } from "../floods/flooder";
import type { HonestOrder, HonestResult } from "../floods/honestClients";
import type { WatchOrder, WatchResult } from "../floods/watcher";
import type { Options } from "../options";
import type { Row, Section } from "../report";
import type { ChildProcess } from "node:child_process";

const directory = path.join(import.meta.dirname, "../floods");
const perSecond = 20;
const minimumSeconds = 10;
const megabyte = 1 << 20;
const watched = 5000;

/**
 * Honest clients beside each kind of flood by strangers, compared with the same flood sent to a process that only drains
 * it. Exits with 1 on a crash or when a limit is exceeded.
 */
export async function floodsSection(options: Options): Promise<Section> {
  const seconds = Math.max(options.seconds, minimumSeconds);
  const rows = await inScratchDirectory(async (scratch) => {
    const server = await startServer(scratch, options);
    const drain = await ServerProcess.start<AttackedSetup>(path.join(directory, "drainServer.ts"), {});
    try {
      const kinds = await floodKinds();
      await besides(server.setup, server.setup, "none", 2);
      const idleBytes = (await server.usage()).peakBytes;
      const measured: Row[] = [];
      for (const kind of options.requests.length > 0
        ? kinds.filter((each) => options.requests.includes(each))
        : kinds) {
        const row = await withProgress(kind, async () => {
          const drained = await besides(server.setup, drain.setup, kind, seconds);
          const flooded = await besides(server.setup, server.setup, kind, seconds);
          const { peakBytes } = await server.usage();
          return rowOf(kind, drained, flooded, (peakBytes - idleBytes) / megabyte);
        });
        measured.push(row);
      }
      return measured;
    } finally {
      await Promise.all([server.stop(), drain.stop()]);
    }
  });
  if (rows.some((row) => Number(row["p99 ratio"]) > 5 || Number(row["peak MB over idle"]) > 256)) process.exitCode = 1;
  return {
    title: `Floods by strangers for ${seconds} s beside ${perSecond} honest requests a second, half of them writes`,
    rows,
    notes: [
      "The ratio compares p99 with the same flood sent to a process that drains it. The peak is that of all floods so far.",
    ],
  };
}

/**
 * One member with read rights watches thousands of distinct queries, each a page of 25, while others change what all of them
 * show. (New rows would make the pages grow until the client is refused for its size.)
 */
export async function starvationSection(options: Options): Promise<Section> {
  const seconds = Math.max(options.seconds, 3 * minimumSeconds);
  const rows = await inScratchDirectory(async (scratch) => {
    const server = await startServer(scratch, options);
    try {
      await besides(server.setup, server.setup, "none", 2);
      const idle = await withProgress("nobody watches", () => honest(server.setup, seconds, "update"));
      const idleBytes = (await server.usage()).peakBytes;
      const watcher = fork(path.join(directory, "watcher.ts"));
      const { cloudUrl, viewerToken: token } = server.setup;
      watcher.send({ cloudUrl, token, subscriptions: watched } satisfies WatchOrder);
      await nextMessage(watcher, "The watcher");
      const report = async (): Promise<WatchResult> => {
        watcher.send("report");
        return await nextMessage<WatchResult>(watcher, "The watcher");
      };
      while ((await report()).transitions === 0) await setTimeout(200);
      const beside = await withProgress(`${watched} queries are watched`, () =>
        honest(server.setup, seconds, "update"),
      );
      await setTimeout(minimumSeconds * 1000);
      const seen = await report();
      await end(watcher);
      const { peakBytes } = await server.usage();
      const columns = (who: string, { requests, failures, p50Ms, p99Ms, longestMs }: HonestResult): Row => ({
        who,
        requests,
        failures,
        "p50 ms": rounded(p50Ms),
        "p99 ms": rounded(p99Ms),
        "longest ms": rounded(longestMs),
      });
      return [
        {
          ...columns("nobody watches", idle),
          "p99 ratio": 1,
          "stalest s": "",
          transitions: "",
          "received MB": "",
          connected: "",
          "peak MB over idle": 0,
        },
        {
          ...columns(`a viewer watches ${watched} queries`, beside),
          "p99 ratio": rounded(beside.p99Ms / idle.p99Ms),
          "stalest s": rounded(seen.stalestMs / 1000),
          transitions: seen.transitions,
          "received MB": rounded(seen.receivedBytes / megabyte),
          connected: seen.isOpen ? "yes" : "no",
          "peak MB over idle": rounded((peakBytes - idleBytes) / megabyte),
        },
      ];
    } finally {
      await server.stop();
    }
  });
  return {
    title: `One client's subscriptions beside ${perSecond} requests a second of others, half of them writes`,
    rows,
  };
}

async function startServer(scratch: string, { profileDirectory }: Options): Promise<ServerProcess<AttackedSetup>> {
  const profile = profileDirectory === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
  return await ServerProcess.start<AttackedSetup>(
    path.join(directory, "attackedServer.ts"),
    { directory: scratch },
    profile,
  );
}

function rowOf(kind: string, drained: Measured, flooded: Measured, peakMegabytes: number): Row {
  return {
    flood: kind,
    tries: flooded.tries,
    failures: flooded.failures,
    "p50 ms, drained": rounded(drained.p50Ms),
    "p50 ms": rounded(flooded.p50Ms),
    "p99 ms, drained": rounded(drained.p99Ms),
    "p99 ms": rounded(flooded.p99Ms),
    "p99 ratio": rounded(flooded.p99Ms / drained.p99Ms),
    "peak MB over idle": rounded(peakMegabytes),
  };
}

type Measured = HonestResult & FloodResult;

/** Honest clients ask `product` while the flood goes to `target`. */
async function besides(
  product: AttackedSetup,
  target: AttackedSetup,
  kind: string,
  seconds: number,
): Promise<Measured> {
  const flooder = fork(path.join(directory, "flooder.ts"));
  await nextMessage(flooder, "The flooder");
  const { siteUrl, cloudUrl } = target;
  flooder.send({ kind, siteUrl, cloudUrl, seconds } satisfies FloodOrder);
  const [measured, { tries }] = await Promise.all([
    honest(product, seconds, "create"),
    nextMessage<FloodResult>(flooder, "The flooder"),
  ]);
  await end(flooder);
  return { ...measured, tries };
}

async function honest(
  { siteUrl, memberToken }: AttackedSetup,
  seconds: number,
  writes: HonestOrder["writes"],
): Promise<HonestResult> {
  const clients = fork(path.join(directory, "honestClients.ts"));
  clients.send({ siteUrl, token: memberToken, perSecond, seconds, writes } satisfies HonestOrder);
  const result = await nextMessage<HonestResult>(clients, "The honest clients");
  await end(clients);
  return result;
}

async function floodKinds(): Promise<readonly string[]> {
  const flooder = fork(path.join(directory, "flooder.ts"));
  const { kinds } = await nextMessage<{ readonly kinds: readonly string[] }>(flooder, "The flooder");
  await end(flooder);
  return kinds;
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
