import type { ValidatorJson } from "../values/validatorJson";
import { BundleError } from "./entryPoints";
import { withRemedy } from "./pushRules";
import type { PushRuleName } from "./pushRules";

const identifierPattern = /^(?=.*[A-Za-z0-9])[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Names of tables, indexes, fields, functions and components. */
export function isIdentifier(name: string): boolean {
  return identifierPattern.test(name);
}

/**
 * Checks a validator of arguments, results or documents against Convex's rules, however deeply it is nested.
 *
 * @param where begins the text of a refusal: `Invalid validator for notes:add`
 * @throws {BundleError} that names the field
 */
export function checkValidator(where: string, validator: ValidatorJson): void {
  const refuse = (rule: PushRuleName, text: string): never => {
    throw new BundleError(withRemedy(rule, `${where}: ${text}`));
  };
  switch (validator.type) {
    case "object":
      for (const [name, { fieldType }] of Object.entries(validator.value)) {
        if (!isIdentifier(name))
          refuse(
            "validatorField",
            `Invalid field name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
          );
        checkValidator(`${where}, key \`${name}\``, fieldType);
      }
      return;
    case "union":
      for (const member of validator.value) checkValidator(where, member);
      return;
    case "array":
      checkValidator(where, validator.value);
      return;
    case "record":
      if (!isText(validator.keys)) refuse("recordKeys", "Records can only have string keys, and no literal ones.");
      checkValidator(where, validator.keys);
      checkValidator(where, validator.values.fieldType);
      return;
    case "id":
      if (!isIdentifier(validator.tableName)) refuse("validatorTable", `Invalid table name: "${validator.tableName}".`);
      return;
    default:
  }
}

function isText(validator: ValidatorJson): boolean {
  return validator.type === "union"
    ? validator.value.every(isText)
    : validator.type === "string" || validator.type === "id";
}
