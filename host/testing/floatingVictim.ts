// The process that a floating promise must not end. Calls an action that leaves one behind, waits until it has been
// rejected, and prints the result of another call.
import { surviveFloatingPromises } from "../runtime/floatingPromises";
import { openFixture, valueOf } from "./testDeployment";

const rejected = new Promise<string>((resolve) => surviveFloatingPromises(resolve));
const deployment = await openFixture();
await valueOf(deployment, "action", "floating:leave");
process.stdout.write(`${(await rejected).split("\n")[0] ?? ""}\n`);
process.stdout.write(`alive ${JSON.stringify(await valueOf(deployment, "query", "files:all"))}\n`);
await deployment.close();
