/** What the commands of this repository read. */
export const settingNames = [
  "PORTICO_ADMIN_KEY",
  "PORTICO_CLOUD_URL",
  "PORTICO_DATA_DIR",
  "PORTICO_HOST",
  "PORTICO_LOG",
  "PORTICO_LOG_LEVEL",
  "PORTICO_PORT",
  "PORTICO_REDACT_ERRORS",
  "PORTICO_SEED",
  "PORTICO_SIGN_IN_PORT",
  "PORTICO_SITE_PORT",
  "PORTICO_SITE_URL",
  "PORTICO_STOP_SECONDS",
  "PORTICO_TRUST_PROXY",
] as const;

/** What examples, tests and the functions read, and no setting of the start; often set in the same shell. */
const otherNames = [
  "PORTICO_AGENT_STATE",
  "PORTICO_API_KEY",
  "PORTICO_CONVEX_URL",
  "PORTICO_ENROLLMENT_TOKEN",
  "PORTICO_ESCALATION_TURN",
  "PORTICO_FUZZ_REQUESTS",
  "PORTICO_FUZZ_SEED",
  "PORTICO_MATRIX",
  "PORTICO_NODE",
  "PORTICO_PICTURES",
  "PORTICO_PREVIOUS_SIGNING_KEY",
  "PORTICO_PROPERTY_RUNS",
  "PORTICO_PROPERTY_SECONDS",
  "PORTICO_SIGNING_KEY",
  "PORTICO_SIGN_IN_URL",
  "PORTICO_TEST_BUNDLES",
  "PORTICO_TEST_SUMMARY",
  "PORTICO_TRIES_FILE",
  "PORTICO_URL",
];

/** More edits than this are another word: container platforms set names such as `PORTICO_SERVICE_HOST`. */
const maxEdits = 2;

/**
 * Looks for `PORTICO_*` variables that nothing reads.
 * @returns one line for each that no setting is like
 * @throws {Error} with one line for one that is nearly a setting: it was meant to be one
 */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>([...settingNames, ...otherNames]);
  const unknown = Object.keys(environment).filter((name) => name.startsWith("PORTICO_") && !known.has(name));
  for (const name of unknown) {
    const nearest = nearestOf(name);
    if (nearest !== undefined) throw new Error(`${name} is not a setting; ${nearest} is.`);
  }
  return unknown.map((name) => `${name} is not a setting and changes nothing.`);
}

function nearestOf(name: string): string | undefined {
  const [nearest] = settingNames
    .map((setting) => ({ setting, edits: editsBetween(name, setting) }))
    .filter(({ edits }) => edits <= maxEdits)
    .toSorted((one, other) => one.edits - other.edits);
  return nearest?.setting;
}

/** How many letters to insert, delete or replace (Levenshtein). */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (const [column, otherLetter] of Array.from(other).entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
