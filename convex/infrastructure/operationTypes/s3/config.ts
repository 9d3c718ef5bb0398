import * as z from "zod";
import { lazily } from "../../../core/operations/once";
import { text, withoutUnseen } from "../../../core/schema/fields";
import { outboundUrlFault } from "../../../core/wire/outboundUrl";

/** A fault that is told by a code of its own. */
function refused(code: string, message: string) {
  return { error: message, params: { code } };
}

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "A bucket is 3 to 63 lower-case letters, digits, dots and dashes.")
  .refine((name) => !/\.\.|\.-|-\.|^\d+(\.\d+){3}$/.test(name), refused("invalid_format", "A bucket is no address."));

const endpointUrl = z
  .string()
  .max(300)
  .superRefine((url, context) => {
    const fault = outboundUrlFault(url);
    if (fault !== undefined)
      context.addIssue({ code: "custom", message: fault, params: { code: "url_not_allowed" }, input: url });
    else if (![new URL(url).origin, `${new URL(url).origin}/`].includes(url.toLowerCase()))
      context.addIssue({
        code: "custom",
        message: "The endpoint is the origin of the storage, without a path and a query.",
        params: { code: "invalid_format" },
        input: url,
      });
  });

// A name is a part of a URL, whose parser takes dots alone for steps up and down.
const isSteady = (prefix: string) => !prefix.split("/").some((part) => part === "." || part === "..");

const isAddress = (url: string) => URL.canParse(url) && /^(\[.*\]|\d+(\.\d+){3})$/.test(new URL(url).hostname);

/** How a bucket is reached, with the key that opens it. */
export const s3Config = lazily(() =>
  z
    .strictObject({
      bucket: bucketName,
      region: z.string().regex(/^[a-z0-9-]{1,40}$/, "A region is lower-case letters, digits and dashes."),
      accessKeyId: z.string().regex(/^[\w.+=@~-]{3,128}$/, "A key id is letters, digits and a few signs."),
      secretAccessKey: z.string().regex(/^[!-~]{8,256}$/, "A secret key is visible ASCII: no spaces, no line ends."),
      endpoint: endpointUrl.optional(),
      prefix: text(1, 200)
        .refine(
          (prefix) => !prefix.startsWith("/") && prefix.endsWith("/"),
          "A prefix ends with `/` and does not begin so.",
        )
        .refine(isSteady, "No part of a prefix is `.` or `..`.")
        .refine((prefix) => withoutUnseen(prefix) === prefix, "A prefix has no characters that cannot be seen.")
        .optional(),
      pathStyle: z.boolean().optional(),
    })
    .refine(({ endpoint, pathStyle }) => pathStyle !== false || endpoint === undefined || !isAddress(endpoint), {
      path: ["pathStyle"],
      ...refused("invalid_format", "At an address a bucket is a path: leave `pathStyle` out."),
    }),
);
export type S3Config = z.output<ReturnType<typeof s3Config>>;

/** Where the objects of a bucket are, with a slash at the end. */
export function bucketUrl({ bucket, region, endpoint, pathStyle }: S3Config): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const { protocol, host } = new URL(endpoint ?? `https://s3.${region}.${domain}`);
  // No certificate covers a bucket with dots as a host; storages of one's own know buckets as paths.
  const isPath = pathStyle ?? (endpoint !== undefined || bucket.includes("."));
  return isPath ? `${protocol}//${host}/${bucket}/` : `${protocol}//${bucket}.${host}/`;
}
