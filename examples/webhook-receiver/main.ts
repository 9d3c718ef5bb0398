import { createServer } from "node:http";
import { MemoryReplayStore, type PorticoEvent, Webhooks } from "@portico/sdk/webhooks";

/** What follows an event; it is over within ten seconds, or leaves the rest to a queue. */
async function work(event: PorticoEvent): Promise<void> {
  switch (event.type) {
    case "schedule.created":
      console.log(`${event.id}: the schedule ${JSON.stringify(event.data.title)} was created`);
      break;
    case "ping":
      console.log(`${event.id}: a test of ${event.data.url}`);
      break;
    default:
      // Of a type that is of no interest, or newer than this program.
      console.log(`${event.id}: ${event.type}`);
  }
}

/** Listens for webhooks until it is stopped. */
function main(): void {
  const { PORTICO_WEBHOOK_SECRET, PORT = "9999" } = process.env;
  // Two of them, with a comma between, while the secret is rotated.
  const secret = PORTICO_WEBHOOK_SECRET?.split(",");
  const webhooks = new Webhooks({ secret, replayStore: new MemoryReplayStore() });
  const server = createServer((request, response) => {
    webhooks.receive(request, work).then(
      async (answer) => response.writeHead(answer.status).end(await answer.text()),
      (error: unknown) => {
        // The event comes again.
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening at http://127.0.0.1:${PORT}`));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => server.close());
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? `PORTICO_WEBHOOK_SECRET: ${error.message}` : error);
  process.exitCode = 1;
}
