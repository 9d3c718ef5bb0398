// The process that crash tests of file storage kill. Usage: fileVictim.testing.ts <file>
// Stores files in actions and mutations for ever, deletes every third, and prints each acknowledged id with its text.
import { openFixture, valueOf } from "../testDeployment.testing";

const [, , file] = process.argv;
if (file === undefined) throw new Error("usage: fileVictim.testing.ts <file>");

const deployment = await openFixture({ file });

async function storeForEver(writer: number): Promise<never> {
  for (let round = 0; ; round++) {
    const text = `${writer}.${round}.${"x".repeat(5000)}`;
    const stored =
      writer % 2 === 0
        ? await valueOf(deployment, "action", "files:storeInAction", { text, type: "text/plain" })
        : await valueOf(deployment, "mutation", "files:storeInMutation", { text });
    const id = typeof stored === "object" && stored !== null && "id" in stored ? String(stored.id) : String(stored);
    if (round % 3 === 2) await valueOf(deployment, "mutation", "files:remove", { id });
    else process.stdout.write(`${id} ${writer}.${round}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, writer) => storeForEver(writer)));
