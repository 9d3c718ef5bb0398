import * as z from "zod";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run organization -- <name> --owner <e-mail address> [--slug <slug>] [--another]
Makes an organization, its owner and a first API key in the data directory (PORTICO_DATA_DIR), new or not. Whoever signs in
with the address, verified by an identity provider of AUTH_PROVIDERS, is the owner. A running installation needs
PORTICO_ADMIN_KEY.
  --another  make one also where there is one of that name`;

const foundSchema = z.object({ slug: z.string(), ownerEmail: z.string(), isDeleted: z.boolean() }).nullable();
const madeSchema = z.object({
  id: z.string(),
  slug: z.string(),
  ownerEmail: z.string(),
  isOwnerKnown: z.boolean(),
  apiKey: z.string(),
});

async function main(): Promise<void> {
  const { positionals, texts, flags } = commandLine({
    usage,
    positionals: [1, 1],
    texts: ["owner", "slug"],
    flags: ["another"],
  });
  const [name = ""] = positionals;
  const ownerEmail = texts.get("owner");
  if (ownerEmail === undefined) throw new Error(usage);
  const slug = texts.get("slug");
  const args = { name, ownerEmail, ...(slug === undefined ? {} : { slug }) };
  await asOperator(readSettings(process.env), async ({ call, siteUrl }) => {
    // A command that is repeated is a slip, or somebody looks for the key that was shown once.
    if (slug === undefined && !flags.has("another"))
      assertNew(foundSchema.parse(await call("query", "tenancy/operator:organizationOfName", { name })));
    const made = madeSchema.parse(await call("action", "tenancy/operator:createOrganization", args));
    const owner = made.isOwnerKnown ? "who is known here" : "who takes it with the first sign-in";
    process.stdout.write(`Made ${made.slug} (${made.id}), owned by ${made.ownerEmail}, ${owner}.

Its first API key, shown once:

  export PORTICO_API_KEY=${made.apiKey}

Then, while npm start runs:

  curl -H "Authorization: Bearer $PORTICO_API_KEY" ${siteUrl}/v1/organizations/by-slug/${made.slug}
`);
  });
}

/** @throws {Error} with one line that says how to get on */
function assertNew(found: z.infer<typeof foundSchema>): void {
  if (!found) return;
  const { slug, ownerEmail, isDeleted } = found;
  throw new Error(
    isDeleted
      ? `${slug} is in the trash, where its owner ${ownerEmail} can restore it; --another makes a new one.`
      : `${slug} is there already, owned by ${ownerEmail}: for a further key POST /v1/api-keys with the token of npm run token -- --email ${ownerEmail}; --another makes a second one of that name.`,
  );
}

runMain(main);
