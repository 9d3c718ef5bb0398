// The attacker, in a process of its own: sends one kind of flood for some seconds, as fast as it can.
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { setTimeout } from "node:timers/promises";
import { WebSocket } from "ws";
import { takeOrders } from "../orders";

export interface FloodOrder {
  readonly kind: string;
  readonly siteUrl: string;
  readonly cloudUrl: string;
  readonly seconds: number;
}

export interface FloodResult {
  /** Requests, messages or connections that were begun. */
  readonly tries: number;
}

interface Flood {
  readonly order: FloodOrder;
  readonly isOver: () => boolean;
}

const json = { "content-type": "application/json" };
const call = (values: string): string => `{"path":"workspace/todos:list","args":{"x":${values}}}`;
const repeated = (text: string, times: number): string => `[${Array(times).fill(text).join(",")}]`;

/** What a stranger can send, by name. Each runs until the time is up and returns how often it tried. */
const floods: Readonly<Record<string, (flood: Flood) => Promise<number>>> = {
  none: async ({ order }) => {
    await setTimeout(order.seconds * 1000);
    return 0;
  },
  "function call of 6 million objects": (flood) => posts(flood, 10, call(repeated("{}", 6_000_000)), "/api/query"),
  "function call of 4 million numbers": (flood) => posts(flood, 10, call(repeated("1234", 4_000_000)), "/api/mutation"),
  "function call with one long text": (flood) => posts(flood, 10, call(`"${"x".repeat(18_000_000)}"`), "/api/action"),
  "small function calls of 60 kB": (flood) => posts(flood, 10, call(repeated("{}", 20_000)), "/api/query"),
  "REST body of a million objects": (flood) =>
    posts(flood, 10, `{"text":${repeated("{}", 1_300_000)}}`, "/v1/todos", {}, flood.order.siteUrl),
  "REST body of 200,000 fields, invented key": (flood) =>
    posts(
      flood,
      10,
      manyFields(200_000),
      "/v1/todos",
      { authorization: "Bearer sk_live_invented" },
      flood.order.siteUrl,
    ),
  "REST body of 1,000 fields, invented key": (flood) =>
    posts(flood, 10, manyFields(1000), "/v1/todos", { authorization: "Bearer sk_live_invented" }, flood.order.siteUrl),
  "token requests of 4 MB": (flood) =>
    posts(flood, 10, "x=".repeat(1_900_000), "/v1/oauth/token", form, flood.order.siteUrl),
  "sync: query sets of 13 MB": (flood) => messages(flood, 10, querySet(4_500_000)),
  "sync: events of 19 MB": (flood) =>
    messages(flood, 10, `{"type":"Event","eventType":"x","event":"${"x".repeat(19_000_000)}"}`),
  "sync: query sets of 60 kB": (flood) => messages(flood, 10, querySet(20_000)),
  "sync: messages that never end": unfinishedMessages,
  "bodies that never end": unfinishedBodies,
};

const form = { "content-type": "application/x-www-form-urlencoded" };

function manyFields(count: number): string {
  return `{${Array.from({ length: count }, (_, at) => `"f${at}":1`).join(",")}}`;
}

function querySet(modifications: number): string {
  return `{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":${repeated("{}", modifications)}}`;
}

async function posts(
  { order, isOver }: Flood,
  connections: number,
  text: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  url = order.cloudUrl,
): Promise<number> {
  const body = Buffer.from(text);
  let tries = 0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const post = async (): Promise<void> => {
    tries++;
    const request = http.request(`${url}${path}`, {
      method: "POST",
      agent,
      headers: { ...json, ...headers, "content-length": body.length },
    });
    const closed = new Promise<void>((resolve) => void request.once("close", resolve));
    request.on("response", (response) => response.resume());
    request.on("error", () => undefined);
    request.end(body);
    await Promise.race([closed, setTimeout(order.seconds * 1000)]);
    request.destroy();
  };
  const loop = async (): Promise<void> => {
    while (!isOver()) await post();
  };
  await Promise.all(Array.from({ length: connections }, loop));
  agent.destroy();
  return tries;
}

async function openSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/api/1.48.0/sync`);
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "open").catch(() => undefined), once(socket, "close")]);
  return socket;
}

const connect = `{"type":"Connect","sessionId":"123e4567-e89b-42d3-a456-426614174000","connectionCount":0,"lastCloseReason":null,"clientTs":0}`;

async function messages({ order, isOver }: Flood, connections: number, text: string): Promise<number> {
  let tries = 0;
  const loop = async (): Promise<void> => {
    while (!isOver()) {
      const socket = await openSocket(order.cloudUrl);
      const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
      socket.send(connect, () => undefined);
      for (let at = 0; at < 4 && socket.readyState === WebSocket.OPEN; at++) {
        tries++;
        await Promise.race([new Promise<void>((resolve) => socket.send(text, () => resolve())), closed]);
      }
      await Promise.race([closed, setTimeout(500)]);
      socket.terminate();
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return tries;
}

async function unfinishedMessages({ order, isOver }: Flood): Promise<number> {
  let tries = 0;
  const loop = async (): Promise<void> => {
    while (!isOver()) {
      const socket = await openSocket(order.cloudUrl);
      tries++;
      while (!isOver() && socket.readyState === WebSocket.OPEN) {
        socket.send("x".repeat(60_000), { fin: false }, () => undefined);
        await setTimeout(20);
      }
      socket.terminate();
    }
  };
  await Promise.all(Array.from({ length: 200 }, loop));
  return tries;
}

async function unfinishedBodies({ order, isOver }: Flood): Promise<number> {
  const { hostname, port } = new URL(order.cloudUrl);
  const head = "POST /api/query HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n";
  let tries = 0;
  const loop = async (): Promise<void> => {
    while (!isOver()) {
      tries++;
      const socket = net.connect(Number(port), hostname);
      socket.on("error", () => undefined);
      const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
      socket.write(head + "x".repeat(59_000));
      await Promise.race([closed, setTimeout(order.seconds * 500)]);
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: 500 }, loop));
  return tries;
}

async function run(order: FloodOrder): Promise<FloodResult> {
  const overAtMs = performance.now() + order.seconds * 1000;
  const flood = floods[order.kind];
  if (flood === undefined) throw new Error(`There is no flood "${order.kind}".`);
  return { tries: await flood({ order, isOver: () => performance.now() >= overAtMs }) };
}

takeOrders(run);
process.send?.({ kinds: Object.keys(floods) });
