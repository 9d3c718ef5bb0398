/**
 * A text as TypeScript that a search through the folder can show: one line would fill a terminal. Characters stay whole.
 *
 * @param indent What the lines of the literal after its first one begin with.
 */
export function textLiteral(text: string, indent = ""): string {
  const lines = (text.match(/[^]{1,1000}/gu) ?? []).map((piece) => `${indent}  ${JSON.stringify(piece)},\n`);
  return `[\n${lines.join("")}${indent}].join("")`;
}
