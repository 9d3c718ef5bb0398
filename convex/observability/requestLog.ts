import { v } from "convex/values";
import { internalMutation } from "../_generated/server";
import { systemWriter } from "../core/records/systemWriter";
import { dayMs } from "../core/wire/durations";
import { redactedTarget, withoutCredentials } from "../core/wire/redaction";
import { loggedCallValidator } from "../core/wire/restProtocol";
import { maximumLoggedBodyCharacters, maximumLoggedUrlCharacters } from "./tables";

const maximumHeaderCharacters = 300;
const headersValidator = v.record(v.string(), v.string());

/**
 * Appends a request to the log of its organization, once it is answered. The gateway calls this for refusals and for the successes
 * that the engine picked; it says no more of a body than the engine left of it.
 */
export const record = internalMutation({
  args: {
    logged: loggedCallValidator,
    url: v.string(),
    method: v.string(),
    statusCode: v.number(),
    durationMs: v.number(),
    requestId: v.string(),
    headers: headersValidator,
    responseHeaders: headersValidator,
    problem: v.optional(v.any()),
  },
  returns: v.null(),
  handler: async (ctx, { logged, url, problem, headers, responseHeaders, ...told }) => {
    const now = Date.now();
    const { organizationId, ...call } = logged;
    const work = { noun: "apiLog", action: "apiLog.record", isAudited: false, now };
    const writer = systemWriter(ctx, work);
    const organization = await writer.get("organizations", organizationId);
    // A purge that came between takes its log along.
    if (!organization) return null;
    const { code }: { code?: unknown } = Object(problem);
    await writer.within(organization).insert("apiLogs", {
      direction: "inbound",
      ...call,
      ...told,
      url: cut(redactedTarget(url), maximumLoggedUrlCharacters),
      headers: shown(headers),
      responseHeaders: shown(responseHeaders),
      ...(problem === undefined
        ? {}
        : { responseBody: cut(withoutCredentials(JSON.stringify(problem)), maximumLoggedBodyCharacters) }),
      ...(typeof code === "string" ? { errorCode: code } : {}),
      createdAt: now,
      expiresAt: now + organization.settings.apiLogRetentionDays * dayMs,
    });
    return null;
  },
});

function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

function shown(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, cut(withoutCredentials(value), maximumHeaderCharacters)]),
  );
}
