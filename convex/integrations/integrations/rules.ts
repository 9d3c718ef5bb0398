import { adapters } from "../adapters/registry";
import { schemaFault } from "../configs/schemaFaults";
import { pointerOf } from "../../core/operations/validation";
import { shownName, withNames } from "../../core/wire/fieldNames";
import { invalidField } from "../../core/wire/errors";
import type { Doc } from "../../_generated/dataModel";

/** What of an integration depends on each other. */
type Declared = {
  readonly [Field in "supportedTypes" | "typeConfig" | "adapter" | "configSchema"]?:
    | Doc<"integrations">[Field]
    | undefined;
};

/**
 * Refuses an integration that does not hold together.
 * @throws {ProblemError} 400 for settings of a type that it does not bring, for types that its adapter does not bring, and for a schema
 * that is none
 */
export function assertConsistent({ supportedTypes = [], typeConfig = {}, adapter, configSchema }: Declared): void {
  const repeated = supportedTypes.findIndex((type, at) => supportedTypes.indexOf(type) !== at);
  if (repeated >= 0) throw invalidField(`/supportedTypes/${repeated}`, "duplicate", "Every type is named once.");
  const unsupported = Object.keys(typeConfig).find((type) => !supportedTypes.includes(type));
  if (unsupported !== undefined)
    throw invalidField(
      pointerOf(["typeConfig", unsupported]),
      "unsupported_entity_type",
      `It is none of supportedTypes: ${supportedTypes.join(", ")}.`,
    );
  const known = adapter && adapters[adapter].types;
  const foreign = known ? supportedTypes.findIndex((type) => !known.includes(type)) : -1;
  if (foreign >= 0)
    throw invalidField(
      `/supportedTypes/${foreign}`,
      "unsupported_entity_type",
      `The adapter ${adapter} brings ${known?.join(", ")}.`,
    );
  if (configSchema === undefined) return;
  const fault = schemaFault(withNames(configSchema, shownName));
  if (fault) throw invalidField(pointerOf(["configSchema", ...fault.path]), fault.code, fault.message);
}
