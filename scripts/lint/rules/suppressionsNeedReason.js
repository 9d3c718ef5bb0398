/** @import { Rule } from "../ruleTypes" */

const minReasonLength = 10;

/**
 * Refuses a comment that silences a checker without saying which rule and why. What silences everything
 * (`@ts-ignore`, `@ts-nocheck`, a bare disable) is refused with any reason.
 *
 * @type {Rule}
 */
export const suppressionsNeedReason = {
  meta: {
    type: "problem",
    messages: {
      blanket: "Silence one named rule, on one line, with its reason: `oxlint-disable-next-line rule -- reason`.",
      unexplained: "Say why: a suppression carries its reason on the same line.",
      typeScript: "Use `@ts-expect-error reason`: it fails once the error is gone.",
    },
  },
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const messageId = problemOf(comment.value);
          if (messageId) context.report({ loc: comment.loc, messageId });
        }
      },
    };
  },
};

/**
 * @param {string} commentText
 * @returns {"blanket" | "unexplained" | "typeScript" | undefined} What is wrong with a comment, if anything.
 */
export function problemOf(commentText) {
  const text = commentText.replace(/^[\s*]+/, "");
  const disable = /^(?:oxlint|eslint)-disable(?:-next-line|-line)?\b(?<rules>[^]*?)(?:\s--\s(?<reason>[^]*))?$/.exec(
    text,
  );
  if (disable) {
    if (!disable.groups?.["rules"]?.trim()) return "blanket";
    return isReason(disable.groups["reason"]) ? undefined : "unexplained";
  }
  if (/^@ts-(?:ignore|nocheck)\b/.test(text)) return "typeScript";
  const other =
    /^(?:@ts-expect-error|(?:v8|c8|istanbul) ignore(?: next| file| start| stop)?|(?:oxfmt|prettier)-ignore)\b(?<reason>[^]*)$/.exec(
      text,
    );
  if (other) return isReason(other.groups?.["reason"]) ? undefined : "unexplained";
  return undefined;
}

/** @param {string | undefined} text */
function isReason(text) {
  return text !== undefined && text.replace(/^[\s:–—-]+/, "").trim().length >= minReasonLength;
}
