import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { databaseName, isThere } from "./dataDirectory";

const timeName = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}Z$/;
/** What `makeWhole` writes to beside a directory. */
const unfinishedName = /^\.(.+)\.unfinished-\w+$/;
/** No backup takes as long, so what is older was left behind by a run that ended early. */
const longestRunMs = 24 * 60 * 60_000;

/** The name of a backup among others: names sort as times do. */
export function backupName(time: Date): string {
  return time.toISOString().replaceAll(":", "-");
}

/**
 * Removes all but the latest backups of a directory, and what runs that ended early have left. What has another name or
 * holds no database is somebody else's and stays.
 */
export async function removeOldBackups(directory: string, keep: number, now: Date): Promise<void> {
  const names = (await readdir(directory)).toSorted();
  const backups: string[] = [];
  for (const name of names) {
    if (timeName.test(name) && (await isThere(path.join(directory, name, databaseName)))) backups.push(name);
  }
  const latestLeftover = backupName(new Date(now.getTime() - longestRunMs));
  const leftovers = names.filter((name) => {
    const [, time = ""] = unfinishedName.exec(name) ?? [];
    return timeName.test(time) && time < latestLeftover;
  });
  for (const name of [...backups.slice(0, Math.max(0, backups.length - keep)), ...leftovers])
    await rm(path.join(directory, name), { recursive: true });
}
