import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FolderWatch } from "./folderWatch";

interface Watched {
  readonly file: string;
  readonly folder: string;
  /** Runs a change and waits until the watch has told of it. */
  expectSeen(change: () => void): Promise<void>;
}

function watched(): Watched {
  const root = mkdtempSync(path.join(tmpdir(), "portico-watch-"));
  const folder = path.join(root, "workspace");
  const file = path.join(folder, "todos.ts");
  mkdirSync(folder);
  writeFileSync(file, "1");
  let changes = 0;
  const watch = new FolderWatch(root, () => (changes += 1));
  onTestFinished(() => {
    watch.close();
    rmSync(root, { recursive: true });
  });
  const expectSeen = async (change: () => void) => {
    // What was told of the change before may come late.
    for (let before = -1; before !== changes;) {
      before = changes;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const before = changes;
    change();
    await expect.poll(() => changes).toBeGreaterThan(before);
  };
  return { file, folder, expectSeen };
}

const replaced = (file: string) => {
  writeFileSync(`${file}.new`, "2");
  renameSync(`${file}.new`, file);
};

test("a file that was replaced is seen again and again, however it is written", async () => {
  const { file, expectSeen } = watched();
  for (let round = 0; round < 3; round++) {
    await expectSeen(() => replaced(file));
    await expectSeen(() => appendFileSync(file, "3"));
    await expectSeen(() => {
      rmSync(file);
      writeFileSync(file, "4");
    });
    await expectSeen(() => appendFileSync(file, "5"));
  }
});

test("folders that come, go and come back are seen with what is in them", async () => {
  const { folder, file, expectSeen } = watched();
  const inner = path.join(folder, "rules", "deep");
  await expectSeen(() => mkdirSync(inner, { recursive: true }));
  await expectSeen(() => writeFileSync(path.join(inner, "a.ts"), "1"));
  await expectSeen(() => appendFileSync(path.join(inner, "a.ts"), "2"));
  await expectSeen(() => rmSync(folder, { recursive: true }));
  await expectSeen(() => mkdirSync(inner, { recursive: true }));
  await expectSeen(() => writeFileSync(file, "1"));
  await expectSeen(() => appendFileSync(path.join(inner, "b.ts"), "2"));
  await expectSeen(() => renameSync(folder, `${folder}2`));
  await expectSeen(() => appendFileSync(path.join(`${folder}2`, "todos.ts"), "2"));
});

test("stashes and checkouts are seen", async () => {
  const { file, folder, expectSeen } = watched();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: path.dirname(folder),
      stdio: "ignore",
    });
  git("init");
  git("add", ".");
  git("commit", "-m", "one");
  await expectSeen(() => appendFileSync(file, "2"));
  await expectSeen(() => git("stash"));
  await expectSeen(() => git("stash", "pop"));
  await expectSeen(() => git("checkout", "--", "."));
  await expectSeen(() => appendFileSync(file, "3"));
});
