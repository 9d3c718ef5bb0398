import { expect, it } from "vitest";
import { AuthError } from "./authError";
import { RefusalLog } from "./refusalLog";

function logged() {
  const lines: string[] = [];
  const clock = { nowMs: 0 };
  const log = new RefusalLog(
    (line) => lines.push(line),
    () => clock.nowMs,
  );
  return { lines, clock, note: (message: string) => log.note(new AuthError("InvalidAuthHeader", message)) };
}

it("tells each reason once a minute, and how often it came meanwhile", () => {
  const { lines, clock, note } = logged();
  for (let time = 0; time < 5; time += 1) note("Expired token.");
  note("Wrong signature.");
  clock.nowMs = 60_000;
  note("Expired token.");
  note("Wrong signature.");
  expect(lines).toEqual([
    "A token was refused: Expired token.",
    "A token was refused: Wrong signature.",
    "A token was refused: Expired token. (4 more since it was last told)",
    "A token was refused: Wrong signature.",
  ]);
});

it("does not grow with reasons that it has never heard", () => {
  const { lines, note } = logged();
  for (let reason = 0; reason < 10_000; reason += 1) note(`Reason ${reason}.`);
  expect(lines).toHaveLength(101);
});
