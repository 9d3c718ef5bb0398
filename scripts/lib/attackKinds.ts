import { readdirSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { repositoryRoot } from "./repositoryFiles";

/** What attackers try, and the test files that try it. */
export interface AttackKind {
  readonly kind: string;
  readonly files: readonly string[];
}

const contract = (...names: readonly string[]): string[] =>
  names.map((name) => `openapi/contract/${name}.integration.test.ts`);

/** The contract of every operation, a file per domain. */
function contractOfDomains(): string[] {
  const folder = "openapi/contract/domains";
  return readdirSync(path.join(repositoryRoot, folder), "utf8").map((file) => `${folder}/${file}`);
}

/** The kinds of attack that `npm run attack` repeats; each test file belongs to one. */
export const attackKinds: readonly AttackKind[] = [
  {
    kind: "every operation by whoever must not, over REST and as function",
    files: [...contractOfDomains(), ...contract("matrix", "foreignIds", "functionApi", "documentedAnswers")],
  },
  {
    kind: "ways to rights that somebody lacks",
    files: contract(
      "escalation",
      "givenRights",
      "apiKeyOwners",
      "ownership",
      "invitations",
      "platformAdmins",
      "assignedRows",
      "assignedModel",
    ),
  },
  {
    kind: "names and addresses of others",
    files: contract("organizationModel", "organizationNames", "firstSignIn"),
  },
  {
    kind: "forged, foreign, expired and replaced credentials",
    files: [
      "host/auth/hostileTokens.test.ts",
      "host/server/callers.test.ts",
      ...contract("hostileCallers", "identityPresets", "tokenAttacks", "tokenLives"),
    ],
  },
  { kind: "many at a time for what only one may get", files: contract("races") },
  {
    kind: "hostile requests and messages",
    files: [
      "host/server/hostileRequests.test.ts",
      "host/server/jsonLimits.test.ts",
      "host/sync/protocol.test.ts",
      "host/sync/requestOwner.test.ts",
      ...contract("hostile", "hostileSweep", "requestForms"),
    ],
  },
  { kind: "fuzz: requests of every operation, made from the document", files: contract("fuzz") },
  {
    kind: "counting that does not count, and tokens that are over",
    files: ["convex/gateway/rateLimiting.test.ts", ...contract("rateLimits", "revokedTokens")],
  },
  {
    kind: "hostile names and values in free-form objects",
    files: ["convex/core/wire/fieldNames.test.ts", "convex/core/wire/jsonText.test.ts", ...contract("openObjects")],
  },
  {
    kind: "URLs, names and redirects that lead where no request may go",
    files: [
      "convex/core/operations/outboundUrls.test.ts",
      "convex/core/wire/outboundFetch.test.ts",
      "convex/core/wire/outboundUrl.test.ts",
      "host/runtime/mainThread/egress.test.ts",
    ],
  },
  { kind: "encrypted secrets that were changed or moved", files: ["convex/core/wire/encryption.test.ts"] },
  {
    kind: "rows and live results that are not the right ones",
    files: [
      "host/values/indexKey.test.ts",
      "host/store/documentStore.test.ts",
      "host/store/pastState.test.ts",
      "host/sync/manySubscriptions.test.ts",
      "host/sync/readSetProperty.test.ts",
    ],
  },
  {
    kind: "kills and full disks",
    files: [
      "host/testing/crash/crash.integration.test.ts",
      "host/testing/crash/fullDisk.integration.test.ts",
      "scripts/portico/fullDisk.integration.test.ts",
    ],
  },
];

const triesLine = z.object({ file: z.string(), count: z.int().nonnegative() });

/** Sums what {@link noteTries} reported, by test file. */
export function triesByFile(text: string): ReadonlyMap<string, number> {
  const tries = new Map<string, number>();
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const { file, count } = triesLine.parse(JSON.parse(line));
    tries.set(file, (tries.get(file) ?? 0) + count);
  }
  return tries;
}
