/*
 * Regular expressions in time that grows with the text alone: the states of all ways to match are followed at once, so that no pattern
 * makes a search try them one after the other (Thompson, 1968). The engine's own expressions backtrack, and a pattern of ten
 * characters holds a whole process for hours.
 */

/** What a pattern may unfold to: `[a-z]{200}` are 200 steps. */
const maximumSteps = 500;

/** Groups inside each other; each is a call of whoever reads the pattern, and of the engine that is asked first whether it is one. */
const maximumDepth = 50;

/** Why a pattern is not taken. */
export class UnsupportedPattern extends Error {}

type Step =
  | { readonly kind: "character"; matches(character: string): boolean; readonly next: number }
  | { readonly kind: "start" | "end"; readonly next: number }
  | { readonly kind: "fork"; readonly to: readonly number[] }
  | { readonly kind: "found" };

interface Program {
  readonly steps: readonly Step[];
  readonly first: number;
}

type Node =
  | { readonly kind: "character"; readonly source: string }
  | { readonly kind: "start" | "end" }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Node[] }
  | { readonly kind: "repeat"; readonly part: Node; readonly minimum: number; readonly maximum: number };

/** A pattern that was found to be one, and how many steps it takes for each character of a text. */
interface LinearPattern {
  readonly steps: number;
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean;
}

/**
 * Compiles a pattern of JSON Schema (ECMA-262, unicode).
 * @throws {UnsupportedPattern} for what is no pattern, for back references, looking around and word boundaries, and for one that
 * unfolds to more than 500 steps or is nested more than 50 levels deep
 */
export function linearPattern(source: string): LinearPattern {
  if (isNestedDeeper(source, maximumDepth))
    throw new UnsupportedPattern(`Groups are nested more than ${maximumDepth} levels deep.`);
  try {
    new RegExp(source, "u").test("");
  } catch {
    throw new UnsupportedPattern("This is no regular expression (ECMA-262, unicode).");
  }
  const program = compiled(new Reader(source).choice());
  return { steps: program.steps.length, test: (text) => isFound(program, text) };
}

/** Whether groups are nested deeper, as far as brackets say; those in classes and behind backslashes are none. */
function isNestedDeeper(source: string, levels: number): boolean {
  let depth = 0;
  for (const [bracket] of source.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|[()]/g)) {
    if (bracket === "(") depth += 1;
    if (bracket === ")") depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}

/** Reads a pattern that the engine has found to be one, so that brackets and braces close. */
class Reader {
  #at = 0;

  constructor(private readonly source: string) {}

  choice(): Node {
    const parts = [this.#sequence()];
    while (this.#takes("|")) parts.push(this.#sequence());
    return { kind: "choice", parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.source.length && !this.#sees("|") && !this.#sees(")")) parts.push(this.#repeated());
    return { kind: "sequence", parts };
  }

  #repeated(): Node {
    const part = this.#atom();
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.#at));
    if (!quantifier) return part;
    this.#at += quantifier[0].length;
    const [text, least, comma, most] = quantifier;
    if (least === undefined) {
      const minimum = text.startsWith("+") ? 1 : 0;
      return { kind: "repeat", part, minimum, maximum: text.startsWith("?") ? 1 : Infinity };
    }
    const minimum = Number(least);
    const maximum = comma === "" ? minimum : most === "" ? Infinity : Number(most);
    return { kind: "repeat", part, minimum, maximum };
  }

  #atom(): Node {
    if (this.#takes("^")) return { kind: "start" };
    if (this.#takes("$")) return { kind: "end" };
    if (this.#takes("(")) return this.#group();
    const rest = this.source.slice(this.#at);
    const [source = ""] =
      /^(?:\[(?:\\[^]|[^\]\\])*\]|\\u\{[0-9a-fA-F]+\}|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u.{4}|\\x..|\\c.|\\[pP]\{[^}]*\}|\\[^]|[^])/u.exec(
        rest,
      ) ?? [];
    if (/^\\[1-9k]/.test(source)) throw new UnsupportedPattern("Back references are not taken.");
    if (/^\\[bB]/.test(source)) throw new UnsupportedPattern("Word boundaries are not taken.");
    this.#at += source.length;
    return { kind: "character", source };
  }

  #group(): Node {
    if (this.#takes("?") && !this.#takes(":"))
      throw new UnsupportedPattern("Groups with names and looking around are not taken.");
    const inner = this.choice();
    this.#takes(")");
    return inner;
  }

  #sees(text: string): boolean {
    return this.source.startsWith(text, this.#at);
  }

  #takes(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    return true;
  }
}

function compiled(root: Node): Program {
  const steps: Step[] = [];
  const add = (step: Step): number => {
    if (steps.length === maximumSteps)
      throw new UnsupportedPattern(`The pattern unfolds to more than ${maximumSteps} steps.`);
    return steps.push(step) - 1;
  };
  // What follows a part is written before it, so that each step knows where it goes on.
  const written = (node: Node, next: number): number => {
    switch (node.kind) {
      case "character": {
        const single = new RegExp(`^(?:${node.source})$`, "u");
        return add({ kind: "character", matches: (character) => single.test(character), next });
      }
      case "start":
      case "end":
        return add({ kind: node.kind, next });
      case "sequence":
        return node.parts.reduceRight((after, part) => written(part, after), next);
      case "choice":
        return add({ kind: "fork", to: node.parts.map((part) => written(part, next)) });
      case "repeat":
        return repeated(node, next);
    }
  };
  const repeated = ({ part, minimum, maximum }: Extract<Node, { kind: "repeat" }>, next: number): number => {
    let after = next;
    if (maximum === Infinity) {
      const to = [next];
      after = add({ kind: "fork", to });
      to.push(written(part, after));
    } else {
      for (let more = minimum; more < maximum; more++) after = add({ kind: "fork", to: [written(part, after), next] });
    }
    for (let times = 0; times < minimum; times++) after = written(part, after);
    return after;
  };
  const found = add({ kind: "found" });
  return { first: written(root, found), steps };
}

function isFound({ steps, first }: Program, text: string): boolean {
  const characters = Array.from(text);
  let present = new Set<number>();
  for (let at = 0; at <= characters.length; at++) {
    // It may begin anywhere.
    if (enter(steps, first, present, at, characters.length)) return true;
    const character = characters[at];
    const next = new Set<number>();
    for (const state of character === undefined ? [] : present) {
      const step = steps[state];
      if (step?.kind === "character" && character !== undefined && step.matches(character))
        if (enter(steps, step.next, next, at + 1, characters.length)) return true;
    }
    present = next;
  }
  return false;
}

/** Adds to `states` where a step leads without a character; true where that is the end of the pattern. */
function enter(steps: readonly Step[], from: number, states: Set<number>, at: number, length: number): boolean {
  const waiting = [from];
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    if (states.has(state)) continue;
    states.add(state);
    const step = steps[state];
    if (step?.kind === "found") return true;
    if (step?.kind === "fork") waiting.push(...step.to);
    else if ((step?.kind === "start" && at === 0) || (step?.kind === "end" && at === length)) waiting.push(step.next);
  }
  return false;
}
