/** One thing that Convex refuses when code is pushed, and the host when it loads the same folder. */
interface PushRule {
  /** The row of `host/CONTRACT.md` that it belongs to. */
  readonly row: `17.${number}`;
  /** The largest value allowed; the rule names what is counted. */
  readonly limit?: number;
  /** How to fix it, in one sentence unique to this rule. */
  readonly remedy: string;
}

/** Where Convex's documentation and code differ, the lower limit applies: what meets it meets both. */
export const pushRules = {
  reservedDirectory: { row: "17.1", remedy: "Give the `_deps` directory another name." },
  modulePath: { row: "17.1", remedy: "Rename the file or its directory, for example with camelCase." },
  moduleTwice: { row: "17.1", remedy: "Keep one of the files under this name." },
  actionsDirectory: { row: "17.1", remedy: 'Begin the file with "use node", or move it out of actions/.' },
  nodeDirective: { row: "17.1", remedy: 'Move what needs Node.js into a file of its own that begins with "use node".' },
  nodeDirectiveInComponent: { row: "17.1", remedy: "Run what needs Node.js in an action of the app." },
  nodeBuiltin: { row: "17.1", remedy: 'Only files that begin with "use node" may import modules of Node.js.' },
  moduleCount: { row: "17.1", limit: 4096, remedy: "Join small files, or move shared code out of the folder." },
  bundleBytes: { row: "17.1", limit: 32 << 20, remedy: "Import less of large packages." },
  moduleLoad: { row: "17.1", remedy: "What stands at the top of a module runs when it is pushed, and must not throw." },
  projectFile: { row: "17.1", remedy: "https://docs.convex.dev/production/project-configuration tells what it takes." },

  functionName: { row: "17.2", remedy: "Export it under a name of letters, digits and underscores." },
  nodeFunctionType: { row: "17.2", remedy: "Export it from a file without the directive." },
  argsValidator: { row: "17.2", remedy: "Wrap alternatives in a field: args: { input: v.union(…) }." },
  validatorField: { row: "17.2", remedy: "Where names are data, take v.record() or a list of entries." },
  validatorTable: { row: "17.2", remedy: "Give v.id() the name of a table." },
  recordKeys: { row: "17.2", remedy: "Take v.string() or v.id() for keys, v.object() for names that are known." },

  schemaExport: { row: "17.3", remedy: "Export it as the default of schema.ts." },
  tableCount: { row: "17.3", limit: 10_000, remedy: "Hold rows of one kind in one table." },
  tableName: { row: "17.3", remedy: "Rename the table." },
  documentType: { row: "17.3", remedy: "Declare the table's fields as an object." },
  fieldName: { row: "17.3", remedy: "Rename the field; names that begin with an underscore are Convex's." },

  indexCount: { row: "17.4", limit: 32, remedy: "Remove indexes that are a prefix of others, or split the table." },
  searchIndexCount: { row: "17.4", limit: 4, remedy: "Use filter fields of one search index instead of several." },
  vectorIndexCount: { row: "17.4", limit: 4, remedy: "Use filter fields of one vector index instead of several." },
  indexName: { row: "17.4", remedy: "Name the index by its fields, as in by_owner_and_name." },
  indexNameTwice: { row: "17.4", remedy: "Give every index of the table a name of its own." },
  indexEmpty: { row: "17.4", remedy: "An index by time of creation exists without declaring it." },
  indexFieldCount: { row: "17.4", limit: 16, remedy: "Leave out fields that no query compares." },
  indexField: { row: "17.4", remedy: "Index fields of your own, by path and each once." },
  indexFieldMissing: { row: "17.4", remedy: "Declare the field in the table, or correct its path." },
  indexTwice: { row: "17.4", remedy: "Remove one of them." },
  filterFieldCount: { row: "17.4", limit: 16, remedy: "Filter by fewer fields." },
  searchIndexTwice: { row: "17.4", remedy: "Join them into one index with all filter fields." },
  vectorDimensions: { row: "17.4", limit: 4096, remedy: "Take a model with embeddings of that size." },
  vectorField: { row: "17.4", remedy: "Declare the field as v.array(v.float64())." },

  authConfigTwice: { row: "17.5", remedy: "Keep one file of authentication." },
  authVariable: { row: "17.5", remedy: "Set it before the push: npx convex env set." },
  authProviders: {
    row: "17.5",
    remedy: "https://docs.convex.dev/auth/advanced/custom-auth shows both kinds of providers.",
  },

  componentDefinition: { row: "17.6", remedy: "https://docs.convex.dev/components/authoring shows both definitions." },
  componentCycle: { row: "17.6", remedy: "Move what both need into a third component." },
  componentName: { row: "17.6", remedy: "Pass another { name } to use()." },
  componentVariable: { row: "17.6", remedy: "Bind in use() what the component declares under env, and no more." },
  componentMount: { row: "17.6", remedy: "Take a prefix of plain path segments, as in /webhooks/." },

  cronExport: { row: "17.7", remedy: "Begin with const crons = cronJobs() and end with export default crons." },
  cronName: { row: "17.7", remedy: "Name the cron in plain ASCII." },
  cronSchedule: { row: "17.7", remedy: "Times are in UTC; five fields make a cron expression." },
  cronFunction: { row: "17.7", remedy: "Pass a mutation or an action of this app, internal ones by internal.…" },
  cronArguments: { row: "17.7", limit: 1 << 20, remedy: "Store what is large and pass its id." },

  httpExport: { row: "17.8", remedy: "Begin with const http = httpRouter() and end with export default http." },
  httpRoutes: {
    row: "17.8",
    remedy: "Let getRoutes() list [path, method, httpAction] with methods that Convex routes.",
  },
} as const satisfies Readonly<Record<string, PushRule>>;

export type PushRuleName = keyof typeof pushRules;

/** The text of a refusal: Convex's own sentence, which says what and where, and then what to do. */
export function withRemedy(rule: PushRuleName, text: string): string {
  return `${text} ${pushRules[rule].remedy}`;
}
