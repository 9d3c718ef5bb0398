import { isObject } from "./json";
import type { JsonObject } from "./json";

/** An operation of the document with its samples, by their language. */
export interface SampledOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
  readonly samples: ReadonlyMap<string, string>;
}

/** Every operation of a document. */
export function sampledOperations(document: JsonObject): readonly SampledOperation[] {
  return Object.entries(document["paths"] ?? {}).flatMap(([path, item]) =>
    Object.entries<unknown>(item).map(([method, operation]) => {
      if (!isObject(operation)) throw new Error(`${method} ${path} is no operation.`);
      const { operationId, "x-codeSamples": samples } = operation;
      const listed = Array.isArray(samples) ? samples.filter(isObject) : [];
      return {
        operationId: String(operationId),
        method: method.toUpperCase(),
        path,
        operation,
        samples: new Map(listed.map(({ lang, source }) => [String(lang), String(source)])),
      };
    }),
  );
}
