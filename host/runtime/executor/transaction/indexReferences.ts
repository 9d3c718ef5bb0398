import { BundleError } from "../../../bundle/entryPoints";
import { withRemedy } from "../../../bundle/pushRules";
import type { ValidatorJson } from "../../../values/validatorJson";
import { allIndexesOf } from "./schemaLimits";
import type { TableJson } from "./schemaLimits";

/** Refuses indexes on fields that no document of the table can have. @throws {BundleError} with Convex's text */
export function checkIndexReferences(tables: readonly TableJson[]): void {
  for (const table of tables) {
    const { tableName, documentType, vectorIndexes = [], stagedVectorIndexes = [] } = table;
    if (documentType === undefined) continue;
    for (const { indexDescriptor, fields = [], searchField, vectorField, filterFields = [] } of allIndexesOf(table)) {
      // As in Convex: the filter fields of a search index are looked up, those of a vector index are not.
      const named = [...fields, searchField, vectorField, ...(searchField === undefined ? [] : filterFields)];
      for (const field of named)
        if (field !== undefined && !canContain(documentType, field.split(".")))
          throw new BundleError(
            withRemedy(
              "indexFieldMissing",
              `In table "${tableName}" the index "${indexDescriptor}" is invalid because it references the field "${field}" that does not exist.`,
            ),
          );
    }
    for (const { indexDescriptor, vectorField } of [...vectorIndexes, ...stagedVectorIndexes])
      if (vectorField !== undefined && !canHoldVector(documentType, vectorField.split(".")))
        throw new BundleError(
          withRemedy(
            "vectorField",
            `In table "${tableName}" the vector index "${indexDescriptor}" is invalid because it references the field "${vectorField}" that is neither an array of float64 or optional array of float64.`,
          ),
        );
  }
}

function canContain(validator: ValidatorJson, path: readonly string[]): boolean {
  return someAt(validator, path, () => true);
}

function canHoldVector(validator: ValidatorJson, path: readonly string[]): boolean {
  return someAt(validator, path, isVector);
}

function isVector(validator: ValidatorJson): boolean {
  if (validator.type === "union") return validator.value.some(isVector);
  if (validator.type === "array") return validator.value.type === "number" || validator.value.type === "any";
  return validator.type === "any";
}

/** Whether any validator possible at a path passes the test; `any` always does. */
function someAt(
  validator: ValidatorJson,
  [name, ...rest]: readonly string[],
  isWanted: (found: ValidatorJson) => boolean,
): boolean {
  if (name === undefined) return isWanted(validator);
  if (validator.type === "any") return true;
  if (validator.type === "union") return validator.value.some((member) => someAt(member, [name, ...rest], isWanted));
  if (validator.type !== "object") return false;
  const field = Object.hasOwn(validator.value, name) ? validator.value[name] : undefined;
  return field !== undefined && someAt(field.fieldType, rest, isWanted);
}
