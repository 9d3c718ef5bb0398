// The process that crash tests kill. Usage: victim.testing.ts <file> write|action
// `write` writes for ever and prints each acknowledged count; `action` starts an action that never ends and says so.
import { openFixture, valueOf } from "../testDeployment.testing";

const [, , file, task] = process.argv;
if (file === undefined) throw new Error("usage: victim.testing.ts <file> write|action");

const deployment = await openFixture({ file });

async function writeForEver(): Promise<never> {
  for (;;) {
    const result = await valueOf(deployment, "mutation", "behaviour:nested");
    const outer = typeof result === "object" && result !== null && "outer" in result ? result.outer : 0;
    process.stdout.write(`${String(outer)}\n`);
  }
}

async function startAction(): Promise<void> {
  await valueOf(deployment, "mutation", "behaviour:scheduleSlowAction");
  while ((await valueOf(deployment, "query", "behaviour:read", { name: "slowActionStarted" })) === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  process.stdout.write("1\n");
}

if (task === "action") await startAction();
else await Promise.all(Array.from({ length: 16 }, writeForEver));
