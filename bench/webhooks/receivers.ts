import { createServer } from "node:http";
import { freePorts } from "../../scripts/lib/freePorts";
import type { Server } from "node:http";

/** How an endpoint behaves; `down` listens on no port. */
export type Behaviour = "living" | "down" | "slow" | "redirecting" | "gone";

/** One attempt as its receiver saw it. */
interface Arrival {
  readonly eventId: string;
  readonly createdAt: number;
  readonly arrivedAt: number;
}

/** Receivers of all behaviours on two ports of this machine: one that listens, and one that does not. */
export class Receivers {
  /** What arrived, by the number of the endpoint. */
  readonly arrivals = new Map<number, Arrival[]>();
  readonly #server: Server;

  private constructor(
    private readonly behaviours: readonly Behaviour[],
    private readonly port: number,
    private readonly closedPort: number,
  ) {
    this.#server = createServer((request, response) => {
      const endpoint = Number(request.url?.slice(1));
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => (body += part));
      request.on("end", () => {
        const { id, createdAt }: { id: string; createdAt: number } = JSON.parse(body);
        const arrivals = this.arrivals.get(endpoint) ?? [];
        arrivals.push({ eventId: id, createdAt, arrivedAt: Date.now() });
        this.arrivals.set(endpoint, arrivals);
        const behaviour = this.behaviours[endpoint];
        if (behaviour === "slow") return;
        if (behaviour === "redirecting") response.writeHead(302, { location: "http://127.0.0.1/" }).end();
        else response.writeHead(behaviour === "gone" ? 410 : 204).end();
      });
    });
  }

  static async open(behaviours: readonly Behaviour[]): Promise<Receivers> {
    const [port, closedPort] = await freePorts();
    const receivers = new Receivers(behaviours, port, closedPort);
    await new Promise<void>((resolve) => void receivers.#server.listen(port, "127.0.0.1", resolve));
    return receivers;
  }

  get origins(): readonly string[] {
    return [this.port, this.closedPort].map((port) => `http://127.0.0.1:${port}`);
  }

  urlOf(endpoint: number): string {
    const port = this.behaviours[endpoint] === "down" ? this.closedPort : this.port;
    return `http://127.0.0.1:${port}/${endpoint}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
