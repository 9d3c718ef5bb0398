// Writes for ever and prints each acknowledged count: the victim of the crash tests. Usage: writeUntilKilled.ts <file>
import { openFixture, valueOf } from "./testDeployment";

const [, , file] = process.argv;
if (file === undefined) throw new Error("usage: writeUntilKilled.ts <file>");

const deployment = await openFixture({ file });
const write = async (): Promise<void> => {
  for (;;) {
    const result = await valueOf(deployment, "mutation", "behaviour:nested");
    const outer = typeof result === "object" && result !== null && "outer" in result ? result.outer : 0;
    process.stdout.write(`${String(outer)}\n`);
  }
};
await Promise.all(Array.from({ length: 16 }, write));
