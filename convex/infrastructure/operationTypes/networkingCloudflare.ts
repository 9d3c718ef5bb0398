import * as z from "zod";
import { text } from "../../core/schema/fields";
import { lazily } from "../../core/operations/once";
import { CredentialsRefused } from "../../core/wire/providerError";
import { askCloudflare } from "./cloudflare";
import { operation, operationType } from "./operationType";
import type { CloudflareConfig } from "./cloudflare";

const config = lazily(() =>
  z.strictObject({
    apiToken: z.string().regex(/^[\w-]{20,200}$/, "A token is letters, digits, underscores and dashes."),
    zoneId: z.string().regex(/^[0-9a-f]{32}$/, "A zone is named by 32 hexadecimal digits."),
  }),
);

/** Cloudflare takes a hundred; thirty are taken by every plan, also by those of long ago. */
const mostAtOnce = 30;
const each = (item: z.ZodType<string>) => z.array(item).min(1).max(mostAtOnce).optional();
const hostName = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;
const itemWays = ["files", "hosts", "prefixes", "tags"] as const;
const ways = ["everything", ...itemWays] as const;

const purgeParams = lazily(() =>
  z
    .strictObject({
      everything: z.literal(true).optional(),
      files: each(z.url({ protocol: /^https?$/ }).max(2048)),
      hosts: each(z.string().regex(hostName, "A host is a name in lower case.")),
      prefixes: each(
        text(3, 1024).refine(
          (prefix) => hostName.test(prefix.split("/")[0] ?? ""),
          "A prefix is a host and a path, without `https://`.",
        ),
      ),
      tags: each(z.string().regex(/^[!-~]{1,1024}$/, "A tag is visible ASCII.")),
    })
    .refine((given) => ways.filter((way) => given[way] !== undefined).length === 1, {
      error: `Name what is to go in one of these ways: ${ways.join(", ")}.`,
      params: { code: "exactly_one" },
    }),
);

/**
 * A token that may purge need not be allowed to read its zone: of one that may not, only that it is in force can be found out without
 * purging something.
 */
const test = operation({
  attemptsMax: 1,
  dedupe: "pending",
  targets: [],
  params: lazily(() => z.strictObject({})),
  run: async (service: CloudflareConfig, _params, { send }) => {
    const zone = await askCloudflare(service, send, { path: `/zones/${service.zoneId}`, mayBeRefused: true });
    if (!zone.isRefused) {
      const { name }: { name?: unknown } = Object(zone.result);
      return { isWorking: true, zone: typeof name === "string" && hostName.test(name) ? name : null };
    }
    const { result } = await askCloudflare(service, send, { path: "/user/tokens/verify" });
    if (Object(result).status !== "active") throw new CredentialsRefused("The token is not in force.");
    return { isWorking: true, zone: null };
  },
});

const purgeCache = operation({
  attemptsMax: 5,
  // What changed while a purge ran is kept again by then.
  dedupe: "pending",
  targets: ["webServices", "domains"],
  params: purgeParams,
  paramsFor: (target) =>
    target.kind === "project" || target.host === undefined ? undefined : { hosts: [target.host] },
  run: async (service: CloudflareConfig, { everything, ...named }, { send }) => {
    const body = everything ? { purge_everything: true } : named;
    await askCloudflare(service, send, { path: `/zones/${service.zoneId}/purge_cache`, body });
    const way = itemWays.find((name) => named[name] !== undefined);
    return { purged: way ?? "everything", count: (way && named[way]?.length) ?? 1 };
  },
});

/** The cache of a zone of Cloudflare. */
export const networkingCloudflare = operationType({
  label: "Cloudflare",
  config,
  hints: ["zoneId"],
  secrets: ["apiToken"],
  operations: { test, purge_cache: purgeCache },
});
