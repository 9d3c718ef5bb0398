import { readFileSync } from "node:fs";
import path from "node:path";
import { lockFileFaults } from "./lib/lockFile";
import { repositoryRoot } from "./lib/repositoryFiles";

const textOf = (name: string) => readFileSync(path.join(repositoryRoot, name), "utf8");

/** Fails when `package-lock.json` leaves open what an installation gets. */
for (const fault of lockFileFaults(textOf("package-lock.json"), textOf("package.json"))) {
  console.error(fault);
  process.exitCode = 1;
}
