/** A value that a setting does not take. */
interface SettingFault {
  readonly name: string;
  /** What the value must be, behind "must be". */
  readonly rule: string;
  readonly example: string;
  /** Left out where it may be a secret. */
  readonly value?: string;
  readonly cause?: unknown;
}

/** The refusal of a value in one line: the variable, what it takes, a value that it does take, and the one that it was given. */
export function settingFault({ name, rule, example, value, cause }: SettingFault): Error {
  const given = value === undefined ? "" : `, not ${JSON.stringify(value)}`;
  return new Error(`${name} must be ${rule}${given}. An example: ${name}=${example}`, { cause });
}
