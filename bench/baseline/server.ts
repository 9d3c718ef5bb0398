// The same requests without the product: node:http and SQLite by hand, with group commit. Run by bench/sections/rest.ts.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { serve } from "../serverProcess";
import type { StoreOrder } from "../serverProcess";
import { GroupCommit } from "./groupCommit";
import { listen, readBody, Refusal, refuse, send } from "./http";
import { BaselineOperations } from "./operations";
import { BaselineStore } from "./store";

serve<StoreOrder>(async ({ directory, keys, scheduleCount }) => {
  const store = new BaselineStore(directory);
  const scheduleIds = store.seed(keys, scheduleCount);
  const operations = new BaselineOperations(store);
  const commits = new GroupCommit(store);
  const { url, closeConnections } = await listen((request, response) => {
    if (request.method === "GET") answering(response, () => read(operations, request));
    else readBody(request, (text) => write(operations, commits, request, response, text));
  });
  return {
    setup: { ...keys, url, scheduleIds },
    close: async () => {
      closeConnections();
      store.close();
    },
  };
});

function read(operations: BaselineOperations, request: IncomingMessage): Record<string, unknown> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/v1/schedules")
    return operations.listSchedules(tokenOf(request), searchParams.get("limit"), searchParams.get("cursor"));
  if (pathname.startsWith("/v1/schedules/"))
    return operations.getSchedule(tokenOf(request), pathname.slice("/v1/schedules/".length));
  throw new Refusal(404, "There is nothing at this path.");
}

function write(
  operations: BaselineOperations,
  commits: GroupCommit,
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
): void {
  commits.enqueue({
    work: () => {
      const body: Record<string, unknown> = JSON.parse(text);
      const ip = request.socket.remoteAddress ?? "";
      if (request.url === "/v1/schedules") {
        const created = operations.createSchedule(tokenOf(request), body, ip, randomUUID());
        return () => send(response, 201, created);
      }
      if (request.url !== "/v1/agents/check-in") throw new Refusal(404, "There is nothing at this path.");
      const answer = operations.checkIn(tokenOf(request), body, ip);
      return () => send(response, 200, answer);
    },
    fail: (error) => refuse(response, error),
  });
}

function answering(response: ServerResponse, run: () => Record<string, unknown>): void {
  try {
    send(response, 200, run());
  } catch (error) {
    refuse(response, error);
  }
}

function tokenOf(request: IncomingMessage): string {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !token) throw new Refusal(401, "Send a bearer token.");
  return token;
}
