import type { JsonObject } from "../json";
import { isJsonObject } from "../json";
import { badJsonBody } from "./jsonBody";
import { TransportError } from "./transportError";

const maxNameLength = 40;
const maxValueBytes = 8 * 1024;
const systemVariables = new Set(["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"]);

/**
 * The changes of `{changes: [{name, value | null}]}` within Convex's limits: names of at most 40 characters, values of at
 * most 8 KiB. Later changes of one name win.
 * @throws {TransportError} 400
 */
export function changesOf(body: JsonObject): ReadonlyMap<string, string | null> {
  const { changes } = body;
  if (!Array.isArray(changes)) throw badJsonBody("field `changes` must be an array");
  return new Map(
    changes.map((change) => {
      const { name, value = null } = isJsonObject(change) ? change : {};
      if (typeof name !== "string" || (value !== null && typeof value !== "string")) {
        throw badJsonBody("each change needs a `name` and a `value` that is a string or null");
      }
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > maxNameLength || systemVariables.has(name)) {
        throw new TransportError(
          400,
          "EnvVarNameInvalid",
          `${JSON.stringify(name)} cannot be set: names are letters, digits and underscores, at most ${maxNameLength} of them.`,
        );
      }
      if (value !== null && Buffer.byteLength(value) > maxValueBytes) {
        throw new TransportError(
          400,
          "EnvVarValueTooLong",
          `The value of ${name} is longer than ${maxValueBytes} bytes.`,
        );
      }
      return [name, value];
    }),
  );
}
