import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { textTable } from "./lib/textTable";
import { anchorText, parseAnchor, verifyAuditTrail } from "./portico/auditVerification";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";
import type { ChainReport } from "./portico/auditVerification";

const usage = `Usage: npm run verify-audit -- [--organization <id or slug> [--since <sequence>:<digest>]]
Verifies the hash chains over the audit trail of the data directory (PORTICO_DATA_DIR), or one organization's, and prints the
anchor of each: kept elsewhere, it proves with --since that nothing up to it was written anew. A running installation needs
PORTICO_ADMIN_KEY.`;

const shownFaults = 10;

/** Exit code 1 when anything is wrong. */
async function main(): Promise<void> {
  const { texts } = commandLine({ usage, texts: ["organization", "since"] });
  const [organization, since] = [texts.get("organization"), texts.get("since")];
  if (since !== undefined && organization === undefined) throw new Error(usage);
  const anchor = since === undefined ? undefined : parseAnchor(since);
  const reports: ChainReport[] = [];
  await asOperator(readSettings(process.env), async ({ call }) => {
    for await (const report of verifyAuditTrail(call, { organization, since: anchor })) reports.push(report);
  });
  if (organization !== undefined && reports.length === 0)
    throw new Error(`Nothing of ${organization} was sealed yet, or there is no such organization.`);
  process.stdout.write(reports.length === 0 ? "Nothing was sealed yet.\n" : tableOf(reports));
  if (reports.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}

function tableOf(reports: readonly ChainReport[]): string {
  const lines = reports.map(({ name, sealed, kept, expired, waiting, faults }) => [
    name,
    ...[sealed, kept, expired, waiting, faults.length].map(String),
  ]);
  const told = reports.flatMap(({ name, faults, anchor }) => [
    ...faults.slice(0, shownFaults).map((fault) => `${name}: ${fault}`),
    ...(faults.length > shownFaults ? [`${name}: … and ${faults.length - shownFaults} more`] : []),
    ...(faults.length === 0 ? [`Anchor of ${name}: ${anchorText(anchor)}`] : []),
  ]);
  const table = textTable([["trail", "sealed", "unchanged", "expired", "not sealed yet", "faults"], ...lines]);
  return [table, "", ...told, ""].join("\n");
}

runMain(main);
