import { samplesText } from "../generated/samples";

/** An operation as the document has it. */
export interface OperationSample {
  /** Method and path with `{}` for each id: `GET /v1/schedules/{}`. */
  readonly route: string;
  /** Status of its success. */
  readonly status: number;
  /** Which answer is its example; absent where it answers without JSON. */
  readonly answer?: number;
  readonly refusals: number;
}

interface Samples {
  readonly answers: readonly unknown[];
  /** Codes by status. */
  readonly refusals: readonly Readonly<Record<string, readonly string[]>>[];
  /** Problems by `<code> <status>`. */
  readonly problems: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly operations: Readonly<Record<string, OperationSample>>;
}

let parsed: Samples | undefined;

/** The examples of the document; parsed when they are first used. */
export function samples(): Samples {
  parsed ??= parsedSamples();
  return parsed;
}

function parsedSamples(): Samples {
  return JSON.parse(samplesText);
}
