import { problemOf } from "../lint/rules/suppressionsNeedReason.js";

const directive = /(?:\/\/|\/\*)\s*(?<text>(?:oxlint|eslint)-disable[^\n]*)/g;

/**
 * Finds the directives that silence the lint rule which asks every suppression for a reason: those that name no rule,
 * and those that name that rule. The linter cannot report them itself, since they silence it.
 *
 * @returns For each its line, counted from 1, and its text.
 */
export function silencingDirectives(source: string): { readonly line: number; readonly text: string }[] {
  return [...source.matchAll(directive)].flatMap((match) => {
    const text = (match.groups?.["text"] ?? "").replace(/\*\/.*$/, "").trim();
    const isSilencing = problemOf(text) === "blanket" || text.includes("suppressions-need-reason");
    return isSilencing ? [{ line: source.slice(0, match.index).split("\n").length, text }] : [];
  });
}
