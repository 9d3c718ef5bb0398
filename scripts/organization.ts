import * as z from "zod";
import { commandLine } from "./lib/commandLine";
import { runMain } from "./lib/runMain";
import { asOperator } from "./portico/operator";
import { readSettings } from "./portico/settings";

const usage = `Usage: npm run organization -- <name> --owner <e-mail address> [--slug <slug>]
Makes an organization, its owner and a first API key in the data directory (PORTICO_DATA_DIR), new or not. Whoever signs in
with the address, verified by an identity provider of AUTH_PROVIDERS, is the owner. A running installation needs
PORTICO_ADMIN_KEY.`;

const madeSchema = z.object({
  id: z.string(),
  slug: z.string(),
  ownerEmail: z.string(),
  isOwnerKnown: z.boolean(),
  apiKey: z.string(),
});

async function main(): Promise<void> {
  const { positionals, texts } = commandLine({ usage, positionals: [1, 1], texts: ["owner", "slug"] });
  const [name = ""] = positionals;
  const ownerEmail = texts.get("owner");
  if (ownerEmail === undefined) throw new Error(usage);
  const slug = texts.get("slug");
  const args = { name, ownerEmail, ...(slug === undefined ? {} : { slug }) };
  await asOperator(readSettings(process.env), async ({ call, siteUrl }) => {
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

runMain(main);
