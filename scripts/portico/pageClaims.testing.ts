/** What holds a section of a page: tests, as `file › beginning of a title`, or why no test can. */
interface Held {
  readonly by: readonly string[];
  readonly untested?: string;
}

const held = (...by: readonly string[]): Held => ({ by });
const heldInPart = (untested: string, ...by: readonly string[]): Held => ({ by, untested });
const tells = (untested: string): Held => ({ by: [], untested });

/**
 * Every page that says what the product does, by its headings. What no test can hold stands here too, and nowhere else: a heading
 * that is missing, a test that is gone or a page that names a command, path or code which there is not fails
 * `scripts/portico/pageClaims.test.ts`. `host/CONTRACT.md` names its tests row by row.
 */
export const pageClaims: Readonly<Record<string, Readonly<Record<string, Held>>>> = {
  "README.md": {
    Portico: held(
      "openapi/contract/matrix.integration.test.ts",
      "openapi/contract/dryRun.integration.test.ts › is tried",
    ),
    "Run it": heldInPart(
      "That `npm ci --omit=dev` runs no code but esbuild's is checked of the lock file; other packages' downloads are npm's.",
      "scripts/portico/start.integration.test.ts › starts, seeds, prints a curl line that works when pasted",
      "scripts/portico/serving.test.ts › are none of README's table, which has every setting",
      "scripts/portico/demo.integration.test.ts › gives the demo key, at the next start",
      "scripts/lib/lockFile.test.ts",
    ),
    "An installation of your own": held(
      "scripts/portico/organization.integration.test.ts › is made before the first start",
      "scripts/portico/organization.integration.test.ts › is made while the installation serves",
      "scripts/portico/signIn.integration.test.ts › lets people be demo users",
    ),
    "Test it": heldInPart("The tests are these.", "scripts/lib/testOptions.test.ts"),
    "Use it": held(
      "examples/examples.integration.test.ts › node-service creates",
      "sdk/test/package.test.ts › it is imported as ESM",
    ),
    Figures: heldInPart("Durations are measured by the bench, not asserted.", "bench/readmeFigures.test.ts"),
    "Deploy it to Convex": heldInPart(
      "Nobody deploys to Convex Cloud from here.",
      "scripts/checkPush.test.ts › gives auth.config.ts the variables that the README has one set",
    ),
    "Read on": tells("A list of pages, each with its own claims; that they exist is checked."),
  },
  "docs/operate.md": {
    "Operate it for others": held("scripts/portico/operatePage.test.ts › are all named by the page"),
    Install: heldInPart(
      "Accounts and systemd itself: its units are verified, and what they run is run.",
      "scripts/portico/operatePage.test.ts › run what npm runs",
      "scripts/portico/proxies.integration.test.ts › the units are as systemd takes them",
    ),
    "Be reached": held(
      "scripts/portico/proxies.integration.test.ts › documents, issuer and problems name the public address",
      "scripts/portico/proxies.integration.test.ts › a second machine enrols an agent",
      "scripts/portico/serving.test.ts › under PORTICO_SITE_URL",
      "host/server/trustedProxies.test.ts",
    ),
    "Back up, upgrade, roll back": heldInPart(
      "`git checkout` and `npm ci` of the upgrade: the test has both versions side by side.",
      "scripts/portico/operations.test.ts › with --keep has its time for a name",
      "scripts/portico/restore.integration.test.ts › a restore into a new directory",
      "scripts/portico/upgrade.integration.test.ts › a newer version takes the data over",
    ),
    Size: tells("Advice that follows from README's figures."),
    Watch: held(
      "scripts/portico/operatePage.test.ts › has every metric that the page says to watch",
      "scripts/portico/operations.test.ts › tells in JSON of the start",
      "openapi/contract/providerAway.integration.test.ts › an identity provider that is down at the start",
    ),
    "Move on to Convex Cloud": heldInPart(
      "Nobody deploys to Convex Cloud from here.",
      "scripts/checkPush.test.ts › passes a folder that breaks no rule",
    ),
    "Not tested": tells("It says so itself."),
  },
  "docs/conventions.md": {
    "Conventions of the API": held("openapi/contract/functionApi.integration.test.ts"),
    "Callers and tenants": held(
      "openapi/contract/matrix.integration.test.ts",
      "openapi/contract/organizationNames.integration.test.ts › is read as id or external id",
      "openapi/contract/tokenLives.integration.test.ts › ends with the secret",
      "scripts/portico/requestOrganization.integration.test.ts",
    ),
    Documents: held("openapi/contract/hostile.integration.test.ts", "openapi/contract/contract.testing.ts"),
    Lists: held(
      "openapi/contract/contract.testing.ts",
      "openapi/contract/foreignIds.integration.test.ts › refuses every cursor",
    ),
    Writes: held(
      "openapi/contract/requestForms.integration.test.ts › is the same in any form",
      "openapi/contract/dryRun.integration.test.ts › is tried without a trace",
      "openapi/contract/openObjects.integration.test.ts › refuses what cannot be kept",
      "openapi/contract/invitations.integration.test.ts › leads from the invitation",
      "openapi/contract/ownership.integration.test.ts › makes a member the owner",
    ),
    "Nothing gives more than the giver has": held(
      "openapi/contract/escalation.integration.test.ts",
      "openapi/contract/apiKeyOwners.integration.test.ts › a demotion narrows the keys",
      "openapi/contract/givenRights.integration.test.ts › a narrow key makes no administrator",
      "openapi/contract/platformAdmins.integration.test.ts › gives platform administrators no way",
    ),
    Problems: held(
      "openapi/contract/documentedAnswers.integration.test.ts",
      "openapi/contract/hostileCallers.integration.test.ts › refuses every forged token",
    ),
    "The document": held(
      "openapi/contract/documentedAnswers.integration.test.ts › names the deployment's own origin",
      "openapi/contract/home.integration.test.ts › is in a catalogue of APIs",
    ),
    "Versions and deprecation": held(
      "openapi/compatibility.test.ts › an operation may go when the end has come",
      "openapi/deprecation.test.ts › every answer of a planted operation",
    ),
  },
  "docs/identity.md": {
    "Identity providers": heldInPart(
      "What providers' own consoles are called, and that they keep to their documents.",
      "openapi/contract/identityPresets.integration.test.ts › makes a user of a token",
      "convex/core/wire/identityProviders.test.ts",
    ),
    "Clerk's webhooks": held(
      "openapi/contract/clerkWebhook.integration.test.ts › takes a message",
      "convex/tenancy/clerkEvents.test.ts › comes to the same in every order",
    ),
  },
  "docs/local-sign-in.md": {
    "Local sign-in": held(
      "host/development/signIn.test.ts › is discovered, asks who one is",
      "scripts/portico/signIn.integration.test.ts › is in no start but the development's",
      "scripts/browser/localSignIn.integration.test.ts › Swagger UI signs a demo user in",
    ),
  },
  "sdk/README.md": {
    "@portico/sdk": heldInPart(
      "Bun, Deno and edge runtimes are no part of the tests; a context of Web APIs alone is.",
      "sdk/test/package.test.ts › it is required as CommonJS",
      "sdk/test/package.test.ts › runs where there are Web APIs",
    ),
    Credentials: held("sdk/src/runtime/credential.test.ts › ten parallel 401s cost one refresh"),
    Lists: held("sdk/src/runtime/listCall.test.ts › break stops, and the cursor resumes"),
    Retries: held("sdk/src/runtime/engine.test.ts › a 429 with Retry-After", "sdk/src/runtime/retry.test.ts"),
    Options: held(
      "sdk/src/runtime/engine.test.ts › the time limit covers reading the body",
      "sdk/src/runtime/operations.test.ts",
    ),
    Errors: held(
      "sdk/src/runtime/engine.test.ts › tell everything the problem told",
      "sdk/src/runtime/redact.test.ts › no credential reaches the logger",
    ),
    Convex: held("sdk/src/runtime/convexDoor.test.ts › functions are called by name"),
    "Hooks, logs, traces": held("sdk/src/runtime/engine.test.ts › wrap every attempt", "sdk/src/runtime/trace.test.ts"),
  },
};
