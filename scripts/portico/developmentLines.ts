import { styleText } from "node:util";
import type { DevelopmentLine } from "./developmentLoop";

type Color = "dim" | "green" | "red";

const words: Readonly<Record<DevelopmentLine["state"], readonly [Color, string]>> = {
  loading: ["dim", "Loading"],
  checking: ["dim", "Generating and typing"],
  reloaded: ["green", "Reloaded"],
  notReloaded: ["red", "Not reloaded"],
  checked: ["green", "Generated and typed"],
  faulty: ["red", "Wrong in"],
};
const clearLine = "\u001B[2K";

/**
 * Writes what development does, a line each. What is under way is a line that a terminal writes over, the next request's included;
 * anywhere else it is said once.
 */
export function developmentLines(
  write: (text: string) => void,
  isTerminal: boolean,
  now: () => Date = () => new Date(),
): (line: DevelopmentLine) => void {
  const styled = (color: Color, text: string) =>
    isTerminal ? styleText(color, text, { validateStream: false }) : text;
  let underWay: DevelopmentLine["state"] | undefined;
  return ({ state, seconds, message = "" }) => {
    const [color, said] = words[state];
    if (state === "loading" || state === "checking") {
      const text = styled(color, `${said} convex/… ${seconds.toFixed(0)} s`);
      if (isTerminal) write(`${clearLine}${text}\r`);
      else if (underWay !== state) write(`${text}\n`);
      underWay = state;
      return;
    }
    const time = styled("dim", `${now().toLocaleTimeString()}, ${seconds.toFixed(1)} s`);
    const over = isTerminal && underWay !== undefined ? clearLine : "";
    underWay = undefined;
    write(`${over}${styled(color, said)} convex/ ${time}\n${message === "" ? "" : `${message}\n`}`);
  };
}
