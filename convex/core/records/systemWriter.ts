import { UnscopedWriter } from "./writer";
import type { Scope } from "./scope";
import type { MutationCtx } from "../../_generated/server";

/** What scheduled work is, for its audit rows. */
export interface SystemWork extends Pick<Scope, "noun" | "action" | "isAudited"> {
  readonly now: number;
}

/** The database of a cron over all organizations: the deployment itself acts, with the same write phases as any caller. */
export function systemWriter(ctx: MutationCtx, work: SystemWork): UnscopedWriter {
  return new UnscopedWriter(ctx, { ...work, caller: { kind: "system" }, tenant: undefined, origin: {} });
}
