// Takes the same floods as the product and does nothing with them: what they cost the machine itself.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { serve } from "../serverProcess";

serve<object>(async () => {
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(401).end());
  });
  const sockets = new WebSocketServer({ server, maxPayload: 20 << 20 });
  sockets.on("connection", (socket) => void socket.on("error", () => undefined));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${portOf(server.address())}`;
  return {
    setup: { siteUrl: url, cloudUrl: url, memberToken: "", viewerToken: "" },
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
});

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new TypeError("A TCP listener has a numeric port");
  return address.port;
}
