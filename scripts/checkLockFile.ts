import { readFileSync } from "node:fs";
import path from "node:path";
import { lockFileFaults } from "./lib/lockFile";
import { repositoryRoot } from "./lib/repositoryFiles";

/** Fails when `package-lock.json` leaves open what an installation gets. */
for (const fault of lockFileFaults(readFileSync(path.join(repositoryRoot, "package-lock.json"), "utf8"))) {
  console.error(fault);
  process.exitCode = 1;
}
