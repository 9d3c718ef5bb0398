import { readFileSync } from "node:fs";
import path from "node:path";
import { rounded } from "./report";
import { majorOf, readResults, resultKey } from "./results";
import type { Row } from "./report";
import type { Results, SavedSection } from "./results";

export const readmeFile = path.join(import.meta.dirname, "../README.md");

const [startMark, endMark] = ["<!-- figures -->", "<!-- /figures -->"];
const quotedConnections = 64;

/** One line of the table. */
interface Quote {
  readonly what: string;
  /** The section that measured it. */
  readonly section: string;
  /** What the design asks for; empty when it asks for nothing. */
  readonly bar: string;
  measured(section: SavedSection): string;
}

const quotes: readonly Quote[] = [
  besideHandWritten("REST: create", "rest", "create", "≥ 0.5 ×"),
  besideHandWritten("REST: get by id", "rest", "get", "≥ 0.5 ×"),
  besideHandWritten("REST: page of 50", "rest", "page", "≥ 0.5 ×"),
  besideHandWritten("REST: agent check-in", "rest", "check-in", "≥ 0.5 ×"),
  besideHandWritten("Host: insert", "host", "insert", ""),
  besideHandWritten("Host: get by id", "host", "get", ""),
  besideHandWritten("Host: page of 50", "host", "page", ""),
  {
    what: "Test accessor in memory, 10,000 documents",
    section: "convex-test",
    bar: "",
    measured: (section) => {
      const ratio = (call: string) =>
        numberOf(section, { call, documents: 10_000, "at once": 1 }, "CPU × convex-test, memory");
      return `insert ${ratio("insert")} ×, lookup ${ratio("lookup")} × convex-test`;
    },
  },
  growth("REST: CPU per request, most rows over fewest", "growth"),
  growth("Host: CPU per call, most rows over fewest", "host-growth"),
  startUp("host"),
  startUp("product"),
  {
    what: "SDK over `fetch`, the same call",
    section: "sdk",
    bar: "≤ 1.05 ×",
    measured: (section) => {
      const time = (client: string) => numberOf(section, { client }, "µs/call");
      return `${rounded(time("SDK") / time("fetch"))} ×`;
    },
  },
  {
    what: "Acknowledged writes lost over `kill -9` under load",
    section: "crash",
    bar: "0",
    measured: (section) => {
      const count = (what: string) => numberOf(section, { what }, "count");
      return `${count("lost")} of ${grouped(count("writes acknowledged"))}, ${count("kills")} kills`;
    },
  },
];

function besideHandWritten(what: string, section: string, request: string, bar: string): Quote {
  const row = { request, connections: quotedConnections };
  return {
    what,
    section,
    bar,
    measured: (saved) => {
      const number = (column: string) => numberOf(saved, row, column);
      return `${grouped(number("req/s"))}/s, ${grouped(number("CPU µs"))} µs; ${number("rate ratio")} × rate, ${number("CPU ratio")} × CPU`;
    },
  };
}

function growth(what: string, section: string): Quote {
  return {
    what,
    section,
    bar: "≤ 2 ×",
    measured: ({ rows }) => {
      const ratios = rows.filter(({ bar }) => typeof bar === "number").map((row) => Number(row["largest / smallest"]));
      return `${Math.max(...ratios)} ×`;
    },
  };
}

function startUp(name: string): Quote {
  return {
    what: `Start of the ${name} until it answers, 100,000 rows`,
    section: "start-up",
    bar: "≤ 2 s",
    measured: (section) => `${numberOf(section, { process: name, file: "100000 rows" }, "median s")} s`,
  };
}

/** README.md with the table of `bench/results.json` between its marks. */
export function readmeText(): string {
  return withFigures(readFileSync(readmeFile, "utf8"), readResults());
}

/**
 * A text with the table of what was measured between its marks; an empty space when nothing was.
 * @throws {Error} when the marks are missing, or a saved section lacks a figure that is quoted
 */
export function withFigures(text: string, results: Results): string {
  const [start, end] = [text.indexOf(startMark), text.indexOf(endMark)];
  if (start === -1 || end < start) throw new Error(`README.md has no ${startMark} … ${endMark}.`);
  return `${text.slice(0, start + startMark.length)}\n${figuresOf(results)}\n${text.slice(end)}`;
}

function figuresOf(results: Results): string {
  const sections = Object.values(results).filter((section) => section !== undefined);
  const majors = [...new Set(sections.map(({ nodeVersion }) => majorOf(nodeVersion)))].sort(
    (one, other) => one - other,
  );
  const used = new Set<SavedSection>();
  const lines = quotes.flatMap(({ what, section, bar, measured }) => {
    const cells = majors.map((major) => {
      const saved = results[resultKey(section, `v${major}`)];
      if (saved) used.add(saved);
      return saved ? measured(saved) : "";
    });
    return cells.every((cell) => cell === "") ? [] : [[what, ...cells, bar]];
  });
  if (lines.length === 0) return "";
  const unique = (values: readonly string[]) => [...new Set(values)].sort().join(", ");
  const machine = unique([...used].map(({ nodeVersion, cores }) => `Node ${nodeVersion}, ${cores} cores`));
  const dates = unique([...used].map(({ measuredAt }) => measuredAt.slice(0, "2026-01-01".length)));
  const table = alignedTable(["what", ...majors.map((major) => `Node ${major}`), "bar"], lines);
  return `
## Figures

${table}

Taken in turn in one run at ${quotedConnections} connections. × compares with the same durable work written by hand on \`node:http\` and
SQLite, or with convex-test: our rate over theirs, their CPU time over ours. µs are CPU time of the server per request.
${machine}; ${dates}. \`npm run bench\` measures again and says more.
`;
}

/** As the formatter writes it. */
function alignedTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, at) =>
    Math.max(...[name, ...rows.map((row) => row[at] ?? "")].map((cell) => cell.length)),
  );
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** @throws {Error} when no row has these cells, or the column holds no number */
function numberOf({ title, rows }: SavedSection, cells: Row, column: string): number {
  const row = rows.find((each) => Object.entries(cells).every(([name, cell]) => each[name] === cell));
  const value = row?.[column];
  if (typeof value === "number") return value;
  throw new Error(`bench/results.json has no "${column}" for ${JSON.stringify(cells)} under "${title}".`);
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
