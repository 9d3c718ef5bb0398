import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { messageOf } from "../lib/runMain";
import { mailFolderName } from "./dataDirectory";
import { emlOf } from "./emlFile";
import type { CallAsOperator } from "./operatorCall";

const defaultPauseMs = 1000;

const messageSchema = z
  .object({
    emailId: z.string(),
    createdAt: z.number(),
    from: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    headers: z.record(z.string(), z.string()),
  })
  .nullable();

const idsSchema = z.array(z.string());

/** An e-mail that was written to a file. */
export interface WrittenMail {
  readonly to: string;
  readonly subject: string;
  readonly file: string;
}

/** Where e-mails come from, where they go, and who is told of each. */
export interface LocalMailOptions {
  readonly call: CallAsOperator;
  readonly dataDirectory: string;
  readonly onWritten: (mail: WrittenMail) => void;
}

/**
 * Writes the e-mails that wait to files that mail programs open, the secrets in them included: for the user of the data directory
 * alone. One that is written twice, after a crash in between, is the same file.
 * @returns how many
 * @throws {Error} when the deployment does not answer or a file cannot be written; what was not written waits on
 */
export async function writeWaitingMail(options: LocalMailOptions): Promise<number> {
  const ids = idsSchema.parse(await options.call("query", "messaging/sending:waiting", {}));
  return writeMails(ids, false, options);
}

/**
 * Writes e-mails of the last three days again that are noted as written, and whose files are not there: after a restore, or since a
 * version before files were written had only logged them.
 * @returns how many
 * @throws {Error} as {@link writeWaitingMail} does
 */
export async function writeMissingMail(options: LocalMailOptions): Promise<number> {
  const ids = idsSchema.parse(await options.call("query", "messaging/sending:written", {}));
  const files = await readdir(path.join(options.dataDirectory, mailFolderName)).catch(() => []);
  const missing = ids.filter((id) => !files.some((file) => file.endsWith(`-${id}.eml`)));
  return writeMails(missing, true, options);
}

async function writeMails(
  ids: readonly string[],
  isAgain: boolean,
  { call, dataDirectory, onWritten }: LocalMailOptions,
): Promise<number> {
  let written = 0;
  for (const emailId of ids) {
    const mail = messageSchema.parse(await call("action", "messaging/sending:take", { emailId, isAgain }));
    if (!mail) continue;
    const folder = path.join(dataDirectory, mailFolderName);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const stamp = new Date(mail.createdAt).toISOString().slice(0, 19).replaceAll(":", "-");
    const file = path.join(folder, `${stamp}-${emailId}.eml`);
    await writeFile(`${file}.new`, emlOf(mail), { mode: 0o600 });
    await rename(`${file}.new`, file);
    const outcome = { kind: "sent", provider: "local" };
    await call("mutation", "messaging/sending:end", { emailId, outcome });
    onWritten({ to: mail.to, subject: mail.subject, file });
    written++;
  }
  return written;
}

/** Writes e-mails as they come until `signal` says stop. A failure is told once, until it is over. */
export async function followMail(
  options: LocalMailOptions,
  {
    signal,
    onTrouble,
    pauseMs = defaultPauseMs,
  }: { readonly signal: AbortSignal; readonly onTrouble: (message: string) => void; readonly pauseMs?: number },
): Promise<void> {
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      await writeWaitingMail(options);
      told = undefined;
    } catch (error) {
      const message = messageOf(error);
      if (!signal.aborted && message !== told) onTrouble(message);
      told = message;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
