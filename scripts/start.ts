import path from "node:path";
import { styleText } from "node:util";
import { commandLine } from "./lib/commandLine";
import { repositoryFiles, repositoryRoot } from "./lib/repositoryFiles";
import { runScript } from "./lib/runCommand";
import { messageOf } from "./lib/runMain";
import { developmentLines } from "./portico/developmentLines";
import { DevelopmentLoop, digestOf } from "./portico/developmentLoop";
import { FolderWatch } from "./portico/folderWatch";
import { followMail } from "./portico/localMail";
import { logWriter } from "./portico/logWriter";
import { operatorOf } from "./portico/operatorCall";
import { servingWarnings } from "./portico/serving";
import { readSettings } from "./portico/settings";
import { startPortico } from "./portico/startPortico";
import { unknownVariables } from "./portico/variableNames";
import type { WrittenMail } from "./portico/localMail";
import type { Log } from "./portico/logWriter";
import type { Settings } from "./portico/settings";
import type { RunningPortico } from "./portico/startPortico";

const reloadDelayMs = 100;
const checkDelayMs = 1500;
const patienceMs = 2000;
const nativeCompiler = "node_modules/@typescript/native/bin/tsc";
const parentCheckIntervalMs = 500;
const impatienceMs = 1000;
// Read first: the shell may be gone before the product is ready.
const shellPid = process.ppid;

const usage = `Usage: npm start -- [--watch]
Serves the product. PORTICO_* variables say how; README.md lists them.
  --watch  load convex/ again whenever a file of it changes, generate what comes of it and check its types`;

const firstStep = `There is no organization yet. Stop this (or set PORTICO_ADMIN_KEY for both commands) and make one:

  npm run organization -- "Acme" --owner you@example.com

`;

async function main(): Promise<void> {
  const { flags } = commandLine({ usage, flags: ["watch"] });
  const settings = readSettings(process.env, { watch: flags.has("watch") });
  const startedAtMs = performance.now();
  const log = logWriter({
    format: settings.logFormat,
    level: settings.logLevel,
    write: (text) => process.stderr.write(text),
    isStyled: process.stderr.isTTY,
  });
  // What is begun while starting, the demo's rows and the file with their keys, is brought to its end first.
  const asked = whenAskedToStop((reason) => log.event({ level: "info", event: "stop", fields: { reason } }));
  log.event({ level: "info", event: "start", fields: { node: process.versions.node, pid: process.pid } });
  for (const line of [...unknownVariables(process.env), ...servingWarnings(settings.serving)]) {
    log.entry({ path: "", line: `[WARN] ${line}` });
  }
  process.once("exit", () => log.flush());
  const fail = (error: unknown) => {
    if (settings.logFormat !== "json") return endWith(error);
    log.entry({ path: "", line: `[ERROR] ${messageOf(error)}` });
    process.exit(1);
  };
  const stopped = () => {
    log.event({ level: "info", event: "stopped", fields: {}, text: () => "Stopped" });
    process.exit(0);
  };
  const starting = startPortico(settings, log.entry, onRequestOf(settings, log));
  const portico = await starting.catch(fail);
  const stop = () => void portico.close(settings.stopSeconds * 1000).then(stopped, fail);
  if (asked.aborted) return stop();
  asked.addEventListener("abort", stop, { once: true });
  const elapsedMs = Math.round(performance.now() - startedAtMs);
  const { siteUrl: restUrl, cloudUrl: convexUrl } = portico.publicUrls;
  log.event({ level: "info", event: "ready", fields: { restUrl, convexUrl, elapsedMs } });
  if (settings.logFormat === "text") printWelcome(portico, path.join(settings.dataDirectory, "demo.json"), elapsedMs);
  if (!settings.watch) return;
  await developOnChange(portico);
  void writeMail(portico, settings, log, asked);
}

/** People who develop want to see every request, and so does a machine that reads the log; others read the metrics. */
function onRequestOf({ watch: isDevelopment, logFormat }: Settings, log: Log) {
  return isDevelopment || logFormat === "json" ? { onRequest: log.event } : {};
}

/**
 * Listens for what stops a process, from its very beginning. npm passes a terminal's ctrl-C on, so that it comes twice; one that comes
 * later is meant to end what takes too long.
 */
function whenAskedToStop(tell: (reason: string) => void): AbortSignal {
  const asked = new AbortController();
  let isAskedAgain = false;
  const ask = (reason: string) => {
    if (asked.signal.aborted) {
      if (isAskedAgain) process.exit(130);
      return;
    }
    // Signals that waited while the loop was busy are heard before the immediate, so they still count as the first.
    setTimeout(() => setImmediate(() => (isAskedAgain = true)), impatienceMs).unref();
    tell(reason);
    asked.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, ask);
  stopWithShell(ask);
  return asked.signal;
}

/**
 * npm stops the shell that it started this process in, and a shell does not forward its signal. When the shell is gone,
 * `npm start` has been stopped.
 */
function stopWithShell(ask: (reason: string) => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const timer = setInterval(() => {
    if (process.ppid === shellPid) return;
    clearInterval(timer);
    ask("npm ended");
  }, parentCheckIntervalMs);
  timer.unref();
}

function printWelcome(
  { siteUrl, publicUrls, signInUrl, demo, isEmpty }: RunningPortico,
  demoFile: string,
  elapsedMs: number,
): void {
  const rows = [
    ["REST", `${publicUrls.siteUrl}/v1`],
    ["Swagger UI", `${publicUrls.siteUrl}/v1/docs`],
    ["Convex", publicUrls.cloudUrl],
    ...(signInUrl === undefined ? [] : [["Sign-in", `${signInUrl}/.well-known/openid-configuration`]]),
  ];
  const table = rows
    .map(([name = "", url = ""]) => `  ${styled("bold", name.padEnd(12))}${styled("cyan", url)}`)
    .join("\n");
  process.stdout.write(`Portico is ready after ${(elapsedMs / 1000).toFixed(1)} s.\n\n${table}\n\n`);
  if (isEmpty) process.stdout.write(firstStep);
  const acme = demo?.organizations[0];
  if (!acme) return;
  // Prints where the key is and never the key, since output is kept in logs.
  const key = `$(node -p 'require("${demoFile}").organizations[0].apiKey')`;
  process.stdout.write(`Try it:\n\n  curl -H "Authorization: Bearer ${key}" ${siteUrl}/v1/schedules\n\n`);
}

/** E-mails become files that people open, where no provider carries them to anybody. */
function writeMail({ deployment }: RunningPortico, { dataDirectory }: Settings, log: Log, signal: AbortSignal) {
  const call = operatorOf(deployment);
  const onWritten = ({ to, subject, file }: WrittenMail) =>
    process.stdout.write(`${styled("bold", "E-mail")} to ${to}: ${subject}\n  ${path.relative(process.cwd(), file)}\n`);
  const onTrouble = (message: string) => log.entry({ path: "", line: `[WARN] E-mails are not written: ${message}` });
  return followMail({ call, dataDirectory, onWritten }, { signal, onTrouble });
}

/** Loads `convex/` again when a file of it changes, then generates what comes of it and checks its types. */
async function developOnChange({ deployment }: RunningPortico): Promise<void> {
  // Only development needs them.
  const { generators } = await import("./generate/generators");
  const generated = generators.flatMap(({ outputs }) => outputs);
  const isGenerated = (file: string) =>
    generated.some((output) => (output.endsWith("/") ? file.startsWith(output) : file === output));
  const files = () => repositoryFiles("convex");
  const loop = new DevelopmentLoop({
    filesDigest: () => digestOf(repositoryRoot, files()),
    sourcesDigest: () =>
      digestOf(
        repositoryRoot,
        files().filter((file) => !isGenerated(file)),
      ),
    reload: () => deployment.reload(),
    check: async () => {
      const steps = [
        () => runScript("tsx:scripts/generate/index.ts"),
        () => runScript(nativeCompiler, ["--project", "convex/tsconfig.json", "--pretty", "false"]),
      ];
      for (const step of steps) {
        const { exitCode, output } = await step();
        if (exitCode !== 0) return output.trim();
      }
      return undefined;
    },
    tell: developmentLines((text) => process.stdout.write(text), process.stdout.isTTY),
    reloadDelayMs,
    checkDelayMs,
    patienceMs,
  });
  // It lives as long as the process does.
  void new FolderWatch(path.join(repositoryRoot, "convex"), () => loop.changed());
  process.stdout.write(
    `${styled("dim", "Watching convex/: what changes is loaded, then generated from and typed.")}\n\n`,
  );
}

function styled(style: "bold" | "cyan" | "dim", text: string): string {
  return process.stdout.isTTY ? styleText(style, text) : text;
}

function endWith(error: unknown): never {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}

main().catch(endWith);
