// The process that a function's leavings must not end. Calls the action that the command line names, waits until what it left
// behind has failed, and prints the result of another call.
import { openFixture, valueOf } from "../testDeployment.testing";

let report = (_line: string): void => undefined;
const failed = new Promise<string>((resolve) => (report = resolve));
const deployment = await openFixture({ onLog: ({ line }) => report(line) });
await valueOf(deployment, "action", process.argv[2] ?? "");
process.stdout.write(`${(await failed).split("\n")[0] ?? ""}\n`);
process.stdout.write(`alive ${JSON.stringify(await valueOf(deployment, "query", "files:all"))}\n`);
await deployment.close();
