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
      "host/server/systemFunctions.test.ts › data: lists tables, a table's newest documents, and the system tables that functions can read",
      "host/server/cli.test.ts › follows the log",
      "scripts/portico/pageFigures.test.ts › are those of a start without settings",
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
    "In a container": heldInPart(
      "Docker itself: the file's instructions are followed in a plain directory.",
      "scripts/portico/container.integration.test.ts › starts without the development's packages",
    ),
    "Be reached": held(
      "scripts/portico/proxies.integration.test.ts › documents, issuer and problems name the public address",
      "scripts/portico/proxies.integration.test.ts › a second machine enrols an agent",
      "scripts/portico/serving.test.ts › under PORTICO_SITE_URL",
      "host/server/trustedProxies.test.ts",
    ),
    "Limit requests": held(
      "scripts/portico/pageFigures.test.ts › are those that hold unless RATE_LIMITS says otherwise",
      "scripts/portico/rateLimitNames.test.ts › knows every operation",
      "openapi/contract/rateLimits.integration.test.ts › gets what its organization raises, up to the deployment's ceiling",
    ),
    "Limit what an organization has": held(
      "scripts/portico/pageFigures.test.ts › has the quotas in docs/operate.md",
      "openapi/contract/quotas.integration.test.ts › is shown to whoever may change the organization",
      "openapi/contract/quotas.integration.test.ts › is set by platform administrators alone",
      "convex/core/records/quotas.test.ts › mends counters and counts of files that differ",
    ),
    "Back up, upgrade, roll back": heldInPart(
      "`git checkout` and `npm ci` of the upgrade: the test has both versions side by side.",
      "scripts/portico/operations.test.ts › with --keep has its time for a name",
      "scripts/portico/restore.integration.test.ts › a restore into a new directory",
      "scripts/portico/upgrade.integration.test.ts › a newer version takes the data over",
    ),
    "The master key": heldInPart(
      "`openssl` and a vault are others'.",
      "scripts/portico/operatePage.test.ts › has a master key of its own beside the database",
      "scripts/portico/masterKey.test.ts › keeps its own at hand",
      "convex/core/records/reencryption.test.ts › encrypts every secret of every table",
    ),
    "E-mails": held(
      "openapi/contract/resendWebhook.integration.test.ts › that comes back ends all e-mails",
      "scripts/portico/localMail.integration.test.ts › leaves its secret in the file alone",
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
    Limits: held(
      "openapi/contract/rateLimits.integration.test.ts › is told its quota with every answer, and refused beyond it",
      "openapi/contract/rateLimits.integration.test.ts › is counted at the function API as well",
      "openapi/contract/rateLimits.integration.test.ts › organizations of a person and invitations",
    ),
    "Enums that grow": held(
      "openapi/compatibility.test.ts › the whole document is compatible",
      "sdk/src/runtime/operations.test.ts",
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
  "docs/observability.md": {
    "What happened, and how things are": tells("It says what the sections are about."),
    "The audit trail": held(
      "convex/core/records/audit.test.ts",
      "convex/observability/auditSealing.test.ts › removes rows whose time is over, with their seals",
      "scripts/portico/verifyAudit.integration.test.ts › verifies a stopped installation",
      "scripts/portico/auditVerification.test.ts › is found changed by whatever is taken out",
      "scripts/portico/auditVerification.test.ts › shows by an anchor that was kept",
    ),
    "The request log": held(
      "openapi/contract/requestLog.integration.test.ts › shows what was refused",
      "openapi/contract/requestLog.integration.test.ts › shows as many successes as the organization asks for, and no dry run",
      "openapi/contract/requestLog.integration.test.ts › stand in no row",
    ),
    "The agents' log": held("openapi/contract/domains/observability.integration.test.ts"),
    Health: held(
      "openapi/contract/health.test.ts › goes down and up by the organization's thresholds",
      "openapi/contract/health.test.ts › watches what the organization has",
      "openapi/contract/health.test.ts › notes that an agent has fallen silent once",
    ),
  },
  "docs/billing.md": {
    Bills: held("openapi/contract/billingModel.test.ts › bills what a model of all records says"),
    Price: held(
      "openapi/contract/billing.test.ts › does not overlap another of its tier",
      "openapi/contract/billing.test.ts › that a bill uses is ended",
      "openapi/contract/billing.test.ts › are never billed for twice the seats",
      "openapi/contract/billing.test.ts › have the price of their moment",
    ),
    "Record usage": held(
      "openapi/contract/billing.test.ts › is counted once under one reference",
      "openapi/contract/billing.test.ts › is recorded item by item",
      "openapi/contract/billing.test.ts › counts in the first open period",
      "openapi/contract/billing.test.ts › is deleted and recorded anew",
    ),
    Bill: held(
      "convex/billing/calendar.test.ts › begin where a search finds them",
      "convex/billing/money.test.ts › are units times price",
      "openapi/contract/billing.test.ts › that overlaps another bill's is refused",
      "openapi/contract/billing.test.ts › meets its neighbours where the organization moves",
      "openapi/contract/billing.test.ts › gets its number when it is finalized",
      "openapi/contract/billing.test.ts › goes from draft to finalized to paid",
    ),
    Adjust: held(
      "openapi/contract/billing.test.ts › carries what is left over beyond its own time",
      "openapi/contract/billing.test.ts › is given back by a bill that is cancelled",
      "openapi/contract/billing.test.ts › of a percentage counts for the share",
    ),
    Show: held("scripts/browser/bill.integration.test.ts › loads nothing, fits screens and paper"),
    Limits: heldInPart(
      "How many sums a transaction can read is measured by the bench.",
      "openapi/contract/billing.test.ts › beyond what numbers hold is refused",
    ),
    Subscribe: held(
      "convex/billing/subscriptions/purchases.test.ts › come to the same in every order",
      "convex/billing/subscriptions/purchases.test.ts › gives grace from the first failure told",
      "convex/billing/subscriptions/purchases.test.ts › of an end keeps what was paid open",
      "openapi/contract/subscriptions.test.ts › keeps what it cannot apply as failed",
      "openapi/contract/subscriptions.test.ts › is granted and revoked by administrators",
      "openapi/contract/subscriptions.test.ts › keeps a tier that members have",
    ),
  },
  "docs/files.md": {
    Files: held("openapi/contract/domains/platform.integration.test.ts"),
    Upload: held(
      "openapi/contract/files.integration.test.ts › takes 20 MiB in a request, and refuses one byte more",
      "openapi/contract/files.integration.test.ts › are registered once, by one of many",
      "convex/core/records/fileUse.test.ts › deletes after a day what nothing uses",
    ),
    "What a file is": held(
      "scripts/portico/pageFigures.test.ts › of every purpose are what is taken",
      "convex/platform/files/contentTypes.test.ts › to its limit and not a byte more",
      "openapi/contract/files.integration.test.ts › refuses a picture that takes gigabytes to look at",
    ),
    "Fields that hold files": held(
      "openapi/contract/files.integration.test.ts › take files of their own organization and purpose",
      "convex/core/records/fileUse.test.ts › counts of every file the rows that hold it",
    ),
    Download: heldInPart(
      "What Convex Cloud answers at its own storage URLs.",
      "convex/platform/files/links.test.ts › says whose link to which file it is, for five minutes",
      "openapi/contract/files.integration.test.ts › show the bytes to whoever has them, as long as whoever asked may read files",
      "openapi/contract/files.integration.test.ts › sends what is larger than an answer from the storage's own address",
    ),
    "Add a field that holds files": held("convex/core/records/fileUse.test.ts › refuses files of others"),
  },
  "docs/infrastructure.md": {
    Infrastructure: tells("It says what the sections are about."),
    Docks: held(
      "openapi/contract/docks.integration.test.ts › is stored encrypted, and found nowhere",
      "openapi/contract/genericDocks.integration.test.ts › keeps secrets of keys, configurations and providers' answers",
      "openapi/contract/genericDocks.integration.test.ts › is not %s",
      "openapi/contract/docks.integration.test.ts › is refused by its place, and never trimmed",
      "convex/infrastructure/docks.test.ts › stores nothing with",
      "convex/infrastructure/docks.test.ts › is refused to a key that the provider refuses, and one of another account",
      "convex/infrastructure/docks.test.ts › says whether the key holds",
      "convex/infrastructure/docks.test.ts › leaves a provider alone that wants to be",
      "convex/infrastructure/docks.test.ts › has no key and no grants any more",
      "convex/infrastructure/docks.test.ts › comes back in error, without a key",
    ),
    Providers: held(
      "scripts/portico/pageFigures.test.ts › are the providers of docs/infrastructure.md",
      "convex/infrastructure/adapters/cloudflare.test.ts › reaches",
      "convex/infrastructure/adapters/digitalocean.test.ts › are read to the end that the provider counts",
      "convex/infrastructure/adapters/digitalocean.test.ts › it is left out, and counted",
      "convex/infrastructure/adapters/digitalocean.test.ts › brings the other tables with a key that may not read one",
      "convex/infrastructure/adapters/cloudflare.test.ts › is left alone for as long as it says",
      "convex/infrastructure/adapters/digitalocean.test.ts › are stored nowhere, of thirty shapes",
      "convex/infrastructure/adapters/hostileAnswers.test.ts › brings what the tables take",
      "convex/infrastructure/adapters/syncs.test.ts › is tested and synced into the same tables as all",
      "convex/infrastructure/adapters/vercel.test.ts › for several teams is refused",
      "convex/infrastructure/adapters/vercel.test.ts › for one project is refused",
      "convex/infrastructure/adapters/gridpane.test.ts › but what is of the owner of a team is the team's",
      "convex/infrastructure/adapters/newProvider.test.ts › needs one adapter and one line",
      "convex/infrastructure/adapters/newProvider.test.ts › leaves out what is no machine, and the run says so",
    ),
    "A provider of your own": held(
      "convex/infrastructure/adapters/generic.test.ts › is as docs/infrastructure.md shows it",
      "convex/infrastructure/adapters/generic.test.ts › is told by its places, in no word of the provider's",
      "convex/infrastructure/adapters/generic.test.ts › is read to its end, which is proven",
      "convex/infrastructure/adapters/generic.test.ts › keeps what the mapping names, without what opens something",
      "convex/infrastructure/adapters/generic/paths.test.ts › stays below the base URL",
      "openapi/contract/genericDocks.integration.test.ts › takes nothing for gone that it no longer names",
      "openapi/contract/genericDocks.integration.test.ts › is asked for nothing where its name leads away from the internet",
      "openapi/contract/genericDocks.integration.test.ts › redirects nobody to",
      "examples/examples.integration.test.ts › infrastructure connects two providers",
    ),
    Syncs: held(
      "openapi/contract/dockSyncs.integration.test.ts › write what is new, and of what is unchanged nothing",
      "convex/infrastructure/dockSync.test.ts › deletes what two complete syncs have missed",
      "convex/infrastructure/dockSync.test.ts › lets no more than a share go until a person confirms it",
      "convex/infrastructure/dockSync.test.ts › tells administrators of three failures in a row, once",
      "convex/infrastructure/dockSync.test.ts › is one sync's at a time, as long as its job waits or runs",
      "convex/infrastructure/dockSyncFaults.test.ts › goes on behind the last page that was written",
      "convex/infrastructure/dockSyncFaults.test.ts › is left alone by all docks of the same key",
      "convex/infrastructure/dockSyncTelling.test.ts › are told of syncs that end and fail",
      "convex/infrastructure/dockSyncTelling.test.ts › logs requests to the provider with their origins",
      "convex/infrastructure/dockSyncTelling.test.ts › tells of a list that is not whole once",
      "convex/infrastructure/dockSyncTelling.test.ts › begins the first sync of a dock by itself",
    ),
    Grants: held(
      "convex/infrastructure/dockPermissions.test.ts › is of one team or one client, once",
      "convex/infrastructure/dockPermissions.test.ts › covers what an update says",
      "convex/infrastructure/dockPermissions.test.ts › gives what that covers and no more",
      "convex/infrastructure/dockPermissions.test.ts › to people whose roles would do it on the dock",
      "convex/infrastructure/dockPermissions.test.ts › lists the syncs of a dock to whoever reaches it",
      "convex/infrastructure/reaching.test.ts › reach the dock itself whatever they cover",
      "openapi/contract/assignedRows.integration.test.ts › lists assigned rows alone, in full pages",
    ),
    Resources: held(
      "convex/infrastructure/resources.test.ts › is brought back by no sync, until somebody restores it",
      "convex/infrastructure/resources.test.ts › stays in the trash while its dock is there",
      "convex/infrastructure/resources.test.ts › is kept beside the row, and read where it is asked for alone",
      "convex/infrastructure/resources.test.ts › comes in pages of few rows",
      "convex/infrastructure/resources.test.ts › are told of 30, 7 and 1 days before",
      "convex/infrastructure/projects.test.ts › links what is granted to operate",
    ),
    Projects: held(
      "convex/infrastructure/projects.test.ts › follows its name, with a number where another one has it",
      "convex/infrastructure/projects.test.ts › keeps a team that a project needs",
      "convex/infrastructure/projects.test.ts › are linked once, all of a batch or none",
      "convex/infrastructure/projects.test.ts › are on its dashboard as their links say",
      "convex/infrastructure/resources.test.ts › are as their resources after every write of these",
      "convex/infrastructure/resources.test.ts › are repaired at night",
    ),
    "Operation services": held(
      "openapi/contract/operationServices.integration.test.ts › are tested, made, proved by their manifest and listed",
      "openapi/contract/operationServices.integration.test.ts › leads to no host of this network, whoever resolves it",
      "convex/infrastructure/operationServices.test.ts › is refused with %s, tried or not, and nothing is stored",
      "convex/infrastructure/operationServices.test.ts › is refused with %s, and nothing is stored",
      "convex/infrastructure/operationServices.test.ts › has no configuration, no grants and no runs that wait any more, and comes back in error",
      "convex/infrastructure/operationServices.test.ts › let members of the team read and run what is theirs, and nothing else",
      "convex/infrastructure/operationJobs.test.ts › is answered instead of the same another time, and not instead of another one",
      "convex/infrastructure/operationJobs.test.ts › is cancelled while it waits, and between two steps while it runs",
      "convex/infrastructure/operationJobs.test.ts › that has failed for good leaves its service in error, in words of our own, until one succeeds",
      "convex/infrastructure/operationJobs.test.ts › of a project holds what belongs to it alone",
      "convex/infrastructure/operationTypes/networkingCloudflare.test.ts › of a web service or a domain is one of its host, unless it says otherwise",
      "convex/infrastructure/operationTypes/networkingCloudflare.test.ts › tells of a token that may purge and not read its zone that it is in force",
      "convex/infrastructure/operationJobs.test.ts › has what it sent in the log of requests",
      "convex/infrastructure/operationServices.test.ts › stays in error after a run that it outlived",
    ),
  },
  "docs/integrations.md": {
    "Integrations and data sources": held(
      "openapi/contract/dataSources.integration.test.ts › is named by its slug wherever its id is",
    ),
    "Register one": heldInPart(
      "The commands are those of docs/identity.md and of the example, with other names.",
      "examples/examples.integration.test.ts › msp-sync connects a PSA",
    ),
    "Connect one": held(
      "openapi/contract/dataSources.integration.test.ts › are stored encrypted, and shown nowhere",
      "openapi/contract/dataSources.integration.test.ts › of a patch is checked as well",
      "openapi/contract/dataSources.integration.test.ts › shows the primary data source",
      "openapi/contract/dataSources.integration.test.ts › activates a data source that works",
      "convex/integrations/sourceUpkeep.test.ts › tells administrators of credentials that end",
    ),
    "How it is synced": held(
      "openapi/contract/dataSources.integration.test.ts › brings what there is, by site, then what has changed",
      "openapi/contract/dataSources.integration.test.ts › is asked for once, and refused while all of it runs",
      "convex/integrations/adapters/adapters.test.ts › signs in again once where a token has ended",
      "convex/integrations/adapters/adapters.test.ts › makes no more calls than it may",
      "convex/integrations/sourceUpkeep.test.ts › syncs what is due by itself",
    ),
    Sites: held("openapi/contract/dataSources.integration.test.ts › are linked once, replaced as a whole"),
    "Delete one": held(
      "openapi/contract/dataSources.integration.test.ts › are gone with the deleted data source",
      "openapi/contract/dataSources.integration.test.ts › are linked once, replaced as a whole",
    ),
    "Write an adapter": held("convex/integrations/adapters/adapters.test.ts › brings every row once"),
  },
  "docs/coming-from-supabase.md": {
    "Coming from a Supabase or Convex backend of an MSP": held(
      "openapi/contract/predecessors.test.ts › keeps every field, or says why not",
    ),
    "What changes everywhere": held("openapi/contract/predecessors.test.ts › answers what each named index answered"),
    "Table by table": held("openapi/contract/predecessors.test.ts › keeps what was unique"),
    "In which order": tells("It says what to do first."),
  },
  "docs/jobs.md": {
    "Jobs, event logs and the history of synchronizations": tells("It says what the sections are about."),
    "Write a worker": held(
      "openapi/contract/jobQueue.integration.test.ts › is held by its token, whatever time its worker believes it is",
      "openapi/contract/jobQueue.integration.test.ts › goes to keys of its organization alone",
      "openapi/contract/jobQueue.integration.test.ts › goes on from where its last attempt has saved",
      "examples/examples.integration.test.ts › does what is queued, gives back what it cannot",
    ),
    "Which job is next": held(
      "convex/jobs/holding.test.ts › begins a job of the last priority within two hours",
      "convex/jobs/holding.test.ts › begins those first whose turn it is",
      "openapi/contract/jobQueue.integration.test.ts › is there once for its key",
    ),
    "When it fails": held(
      "convex/jobs/rules.test.ts › waits longer with each attempt",
      "convex/jobs/holding.test.ts › gives a job to one worker at a time",
      "openapi/contract/jobQueue.integration.test.ts › that has failed for good is told of",
      "openapi/contract/jobQueue.integration.test.ts › that waits is deleted when it is cancelled",
    ),
    "The deployment's own jobs": held(
      "convex/jobs/runner.test.ts › begins the one job of an organization within two ticks",
      "openapi/contract/jobQueue.integration.test.ts › is of an action of the organization's own",
    ),
    "Event logs": held(
      "openapi/contract/jobQueue.integration.test.ts › is claimed the oldest first",
      "convex/jobs/upkeep.test.ts › takes an event from a processor that is dead",
    ),
    "The history of synchronizations": held(
      "convex/jobs/upkeep.test.ts › has one run of a source and type at a time",
      "convex/jobs/upkeep.test.ts › ends a run of which nothing is heard",
      "convex/jobs/upkeep.test.ts › forgets what ended long ago",
    ),
  },
  "docs/webhooks.md": {
    Webhooks: held(
      "convex/platform/webhookSending.test.ts › delivers an event so that a published library verifies it",
    ),
    "Set one up": held(
      "openapi/contract/webhooks.integration.test.ts › refuses URLs that lead elsewhere than to the public internet, unknown events, what is taken, and a twenty-first",
      "openapi/contract/webhooks.integration.test.ts › sends a ping to test an endpoint",
    ),
    "What arrives": held(
      "openapi/contract/webhooks.integration.test.ts › tells an endpoint of a schedule, signed",
      "examples/examples.integration.test.ts › webhook-receiver takes what the product sends",
      "openapi/webhooks.test.ts",
      "convex/core/records/events.test.ts",
    ),
    "When it is not taken": held(
      "scripts/portico/pageFigures.test.ts › are those that a delivery waits",
      "convex/platform/webhooks/rules.test.ts › is told of after an hour and after a day, once each, and disabled after five days",
      "convex/platform/webhooks/rules.test.ts › rests where it is slow",
      "convex/platform/webhookSending.test.ts › tries an endpoint that fails with one delivery at a time",
      "convex/platform/webhookSending.test.ts › fails at once where nothing may be sent to the URL any more",
    ),
    "Look and send again": held(
      "openapi/contract/webhooks.integration.test.ts › gives up what waits for an endpoint that is disabled, and sends it again when asked",
    ),
    "Rotate the secret": held(
      "openapi/contract/webhooks.integration.test.ts › rotates a secret so that old and new verify",
    ),
    "Messages of providers": held(
      "openapi/contract/clerkWebhook.integration.test.ts › takes a message",
      "openapi/contract/resendWebhook.integration.test.ts › is 503 until it is set up",
      "openapi/contract/rateLimits.integration.test.ts › who sends messages as a provider is counted",
    ),
    "For operators": held(
      "convex/platform/webhookEndpoints.test.ts › stores nothing where the master key is",
      "convex/platform/webhookSending.test.ts › sends once where several sweeps find the same",
      "convex/platform/webhookFanOut.test.ts › does not keep another waiting",
    ),
  },
  "docs/entities.md": {
    Entities: tells("What the word means."),
    "Bring them": held(
      "convex/integrations/entities.test.ts › creates, leaves alone, updates",
      "convex/integrations/entities.test.ts › takes two hundred items but for the bad ones",
      "convex/integrations/entities/rawData.test.ts › keeps any JSON text byte for byte",
    ),
    "What counts as a change": held(
      "convex/integrations/entities/rawData.test.ts › hashes what is known of an entity",
      "convex/integrations/entities.test.ts › notes that what has not changed was seen, once a day",
    ),
    "What is gone": held(
      "convex/integrations/pruning.test.ts › deletes what two complete runs have missed",
      "convex/integrations/pruning.test.ts › refuses to delete more than a fifth",
    ),
    "How they belong together": held(
      "convex/integrations/entityRelationships.test.ts › relates two entities once",
      "convex/integrations/entityRelationships.test.ts › lists both directions",
      "convex/integrations/entityRelationships.test.ts › ends with either of its entities",
    ),
  },
  "docs/send-emails.md": {
    "Send e-mails": held("convex/messaging/mail.test.ts › is queued with the change that it tells of"),
    "Without a provider": held(
      "scripts/portico/localMail.integration.test.ts › is accepted by somebody of the other organization",
      "scripts/portico/localMail.integration.test.ts › writes e-mails as they come",
      "convex/messaging/mail.test.ts › is given up when nobody has written it for three days",
    ),
    "By Resend": heldInPart(
      "Resend itself: a stand-in answers as its documents say.",
      "convex/messaging/mail.test.ts › goes out once under its id",
      "convex/messaging/mail.test.ts › is not waited for longer than half a minute",
    ),
    Secrets: held("convex/messaging/mail.test.ts › carries a secret that no row, no argument and no log ever holds"),
    Unsubscribe: held(
      "openapi/contract/unsubscribe.integration.test.ts › shows a page to whoever and whatever looks at it, and changes nothing",
      "openapi/contract/unsubscribe.integration.test.ts › can be taken back by the person",
    ),
    "Addresses that take none": held(
      "openapi/contract/resendWebhook.integration.test.ts › until the operator lifts it",
      "openapi/contract/resendWebhook.integration.test.ts › that is called spam ends those that can be turned off",
    ),
    "How long they are kept": held(
      "convex/messaging/forgetting.test.ts › deletes e-mails when their time is over",
      "convex/messaging/forgetting.test.ts › leaves of somebody's e-mails neither address nor words",
      "convex/core/records/quotas.test.ts › of a day begins anew with the next one",
    ),
    "Add a template": held("convex/messaging/templates.test.ts › says the same as text and as HTML"),
  },
  "docs/security.md": {
    Security: tells("Its tables name their tests themselves."),
    "Who attacks": tells("A model of who there is; the tables below say what holds them."),
    "Secrets that are stored": held("convex/core/wire/encryption.test.ts", "convex/core/records/reencryption.test.ts"),
    "What is to stay true afterwards": held("scripts/portico/auditVerification.test.ts › is found changed by whatever"),
    "Outbound requests": held("convex/core/wire/outboundUrl.test.ts", "convex/core/wire/outboundFetch.test.ts"),
    "OWASP API Security Top 10 (2023)": held("scripts/lib/securityPage.test.ts › has a row for each of OWASP's ten"),
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
    Convex: held(
      "sdk/src/runtime/convexDoor.test.ts › functions are called by name",
      "sdk/src/runtime/convexDoor.test.ts › iterates as the lists of REST do",
      "sdk/src/portico.integration.test.ts › subscribe tells what is there and each change",
    ),
    Helpers: held(
      "sdk/src/extras/retryOnConflict.test.ts › of ten that change one row at once",
      "sdk/src/extras/inBatches.test.ts › whatever is refused",
    ),
    "Hooks, logs, traces": held(
      "sdk/src/runtime/engine.test.ts › wrap every attempt",
      "sdk/src/runtime/trace.test.ts",
      "sdk/src/extras/pacing.test.ts › requests one after the other are paced",
      "sdk/src/extras/telemetry.test.ts › each attempt is a client span",
      "sdk/src/extras/deprecations.test.ts › a deprecated operation is reported once",
    ),
    "Receive webhooks": held(
      "sdk/src/webhooks/receiver.test.ts › whatever comes again, and again after a failure",
      "sdk/src/webhooks/receiver.test.ts › either secret while it is rotated",
      "sdk/src/webhooks/receiver.test.ts › a body that was parsed or read before, saying what to do",
    ),
    "Work on jobs": held(
      "sdk/src/worker/worker.test.ts › gives a job back that takes too long",
      "sdk/src/worker/worker.test.ts › that cannot be prolonged stops the work before it ends",
      "sdk/src/worker/worker.test.ts › fail for another attempt, for good",
    ),
    "Be a device agent": held(
      "sdk/src/agent/agent.test.ts › are told once, although the answer was lost and the agent restarted",
      "sdk/src/agent/agent.test.ts › after failures is slower and slower",
      "sdk/src/agent/agent.test.ts › a refused key ends it, unless the storage has another by now",
      "sdk/test/soak.test.ts",
    ),
    "Test with it": held(
      "sdk/src/testing/testing.test.ts › refuses as the operation can",
      "sdk/src/testing/tenants.integration.test.ts",
    ),
  },
};
