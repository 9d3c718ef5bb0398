import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform } from "node:os";
import path from "node:path";
import { rounded } from "./report";
import type { Section } from "./report";

const resultsFile = path.join(import.meta.dirname, "results.json");

/** A section's figures with when and on what they were taken. */
export interface SavedSection extends Section {
  readonly measuredAt: string;
  readonly nodeVersion: string;
  readonly platform: string;
  readonly cores: number;
  /** Of the last minute; one well above the number of cores says that there was other work. */
  readonly loadAverage: number;
}

/** Saved sections by name and major version of Node, as `rest@24`; those that were never saved are missing. */
export type Results = Readonly<Record<string, SavedSection | undefined>>;

export function readResults(): Results {
  return existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, "utf8")) : {};
}

/** Where a section's figures of one Node are kept. */
export function resultKey(name: string, nodeVersion: string): string {
  return `${name}@${majorOf(nodeVersion)}`;
}

/** The 24 of v24.1.0. */
export function majorOf(nodeVersion: string): number {
  return Number.parseInt(nodeVersion.slice(1), 10);
}

/** Keeps a section's figures beside those of earlier runs of other sections, and of it on other versions of Node. */
export function saveSection(name: string, section: Section): void {
  const saved: SavedSection = {
    measuredAt: new Date().toISOString(),
    nodeVersion: process.version,
    platform: `${platform()} ${arch()}`,
    cores: cpus().length,
    loadAverage: rounded(loadavg()[0] ?? 0),
    ...section,
  };
  writeFileSync(
    resultsFile,
    `${JSON.stringify({ ...readResults(), [resultKey(name, process.version)]: saved }, null, 2)}\n`,
  );
}
