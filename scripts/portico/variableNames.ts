import { passedVariables } from "./settings";

/** What the commands of this repository read. */
export const settingNames = [
  "PORTICO_ADMIN_KEY",
  "PORTICO_ALLOW_LOOPBACK_ORIGINS",
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
  "PORTICO_AGENT_KEY",
  "PORTICO_AGENT_STATE",
  "PORTICO_API_KEY",
  "PORTICO_CLIENT_TOKEN",
  "PORTICO_CONVEX_URL",
  "PORTICO_ENROLLMENT_TOKEN",
  "PORTICO_ESCALATION_TURN",
  "PORTICO_FUZZ_REQUESTS",
  "PORTICO_FUZZ_SEED",
  "PORTICO_MATRIX",
  "PORTICO_NODE",
  "PORTICO_PICTURES",
  "PORTICO_PLATFORM_TOKEN",
  "PORTICO_PREVIOUS_SIGNING_KEY",
  "PORTICO_PROPERTY_RUNS",
  "PORTICO_PROPERTY_SECONDS",
  "PORTICO_SIGNING_KEY",
  "PORTICO_SIGN_IN_URL",
  "PORTICO_TEST_SUMMARY",
  "PORTICO_TOKEN",
  "PORTICO_TRIES_FILE",
  "PORTICO_URL",
  "PORTICO_WEBHOOK_SECRET",
];

/** What a start hands on, whose names are Convex's way and begin with nothing of ours. */
const handedOnNames: readonly string[] = ["AUTH_PROVIDERS", ...passedVariables];

/** More edits than this are another word: container platforms set names such as `PORTICO_SERVICE_HOST`. */
const maxEdits = 2;
const prefix = "PORTICO_";

/**
 * Looks for variables that were meant to be settings and are not.
 * @returns one line for each `PORTICO_*` variable that no setting is like, and for each other that is nearly what is handed on to the
 *   functions: it may be another program's
 * @throws {Error} with one line for a `PORTICO_*` variable that is nearly a setting: it was meant to be one
 */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = new Set<string>([...settingNames, ...otherNames]);
  const names = Object.keys(environment);
  const unknown = names.filter((name) => name.toUpperCase().startsWith(prefix) && !known.has(name));
  for (const name of unknown) {
    const nearest = nearestOf(name, settingNames) ?? nearestOf(name.slice(prefix.length), handedOnNames);
    if (nearest !== undefined) throw new Error(`${name} is not a setting; ${nearest} is.`);
  }
  const slips = names.flatMap((name) => {
    if (unknown.includes(name) || known.has(name) || handedOnNames.includes(name)) return [];
    const nearest = nearestOf(name, handedOnNames);
    return nearest === undefined ? [] : [`${name} is not a setting and changes nothing; ${nearest} is.`];
  });
  return [...unknown.map((name) => `${name} is not a setting and changes nothing.`), ...slips];
}

function nearestOf(name: string, settings: readonly string[]): string | undefined {
  const [nearest] = settings
    .map((setting) => ({ setting, edits: editsBetween(name.toUpperCase(), setting) }))
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
