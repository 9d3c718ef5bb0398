import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { developmentLines } from "./developmentLines";
import type { DevelopmentLine } from "./developmentLoop";

const slow: readonly DevelopmentLine[] = [
  { state: "loading", seconds: 2 },
  { state: "loading", seconds: 4 },
  { state: "reloaded", seconds: 5.04 },
  { state: "checking", seconds: 2 },
  { state: "faulty", seconds: 3, message: "notes.ts(1,1): wrong" },
];

function written(isTerminal: boolean): string {
  let text = "";
  const at = new Date();
  const tell = developmentLines(
    (more) => (text += more),
    isTerminal,
    () => at,
  );
  for (const line of slow) tell(line);
  return text.replaceAll(at.toLocaleTimeString(), "12:00");
}

it("says once what is under way, and in plain text, where nobody watches a terminal", () => {
  expect(written(false)).toBe(`Loading convex/… 2 s
Reloaded convex/ 12:00, 5.0 s
Generating and typing convex/… 2 s
Wrong in convex/ 12:00, 3.0 s
notes.ts(1,1): wrong
`);
});

it("writes what is under way over itself in a terminal, and leaves what came of it", () => {
  const clear = "\u001B[2K";
  const text = written(true);
  expect(text.split(clear).slice(1).map(stripVTControlCharacters)).toEqual([
    "Loading convex/… 2 s\r",
    "Loading convex/… 4 s\r",
    "Reloaded convex/ 12:00, 5.0 s\n",
    "Generating and typing convex/… 2 s\r",
    "Wrong in convex/ 12:00, 3.0 s\nnotes.ts(1,1): wrong\n",
  ]);
});
