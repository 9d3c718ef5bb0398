// The process that a function's leavings must not end. Calls the action that the command line names, waits until what it left
// behind has failed, and prints the result of another call.
import { surviveFloatingPromises } from "../runtime/floatingPromises";
import { openFixture, valueOf } from "./testDeployment";

const rejected = new Promise<string>((resolve) => surviveFloatingPromises(resolve));
const deployment = await openFixture();
await valueOf(deployment, "action", process.argv[2] ?? "");
process.stdout.write(`${(await rejected).split("\n")[0] ?? ""}\n`);
process.stdout.write(`alive ${JSON.stringify(await valueOf(deployment, "query", "files:all"))}\n`);
await deployment.close();
