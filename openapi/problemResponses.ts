import { codeAndStatus } from "../convex/core/wire/declaredProblems";
import { problems } from "../convex/core/wire/problems";
import { commonHeaders } from "./headers";
import { byText, pascalCase } from "./json";
import { documentOrigin } from "../convex/documentation/documentOrigin";
import type { JsonObject } from "./json";
import type { DeclaredProblem } from "../convex/core/wire/declaredProblems";
import type { ProblemCode } from "../convex/core/wire/problems";

const exampleRequestId = "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c";

/** The schemas of a problem (RFC 9457) and of one fault inside a request. */
export const problemSchemas: Readonly<Record<string, JsonObject>> = {
  Problem: {
    type: "object",
    description: "Problem details (RFC 9457). Branch on `code`; `type` is a page that explains it.",
    properties: {
      type: {
        type: "string",
        format: "uri-reference",
        maxLength: 2048,
        description: "Page of the code on this deployment.",
      },
      title: { type: "string", maxLength: 200 },
      status: { type: "integer", format: "int32", minimum: 400, maximum: 599 },
      detail: { type: "string", maxLength: 65_536, description: "What went wrong this time." },
      code: {
        type: "string",
        pattern: "^[a-z][a-z0-9_]*$",
        maxLength: 64,
        description: "Stable; each answer names those it may carry.",
      },
      requestId: { type: "string", maxLength: 128 },
      errors: { type: "array", items: { $ref: "#/components/schemas/ProblemFault" } },
    },
    required: ["type", "title", "status", "detail", "code", "requestId"],
    additionalProperties: false,
  },
  ProblemFault: {
    type: "object",
    description: "One fault inside a request.",
    properties: {
      pointer: { type: "string", maxLength: 4096, description: "JSON Pointer (RFC 6901) to the field." },
      code: { type: "string", maxLength: 64 },
      message: { type: "string", maxLength: 4096 },
    },
    required: ["pointer", "code", "message"],
    additionalProperties: false,
  },
};

/** Shared responses of the document: one for each set of codes that a status comes with. */
export class ProblemResponses {
  readonly #responses = new Map<string, JsonObject>();

  /** All of them, by name. */
  get responses(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(this.#responses);
  }

  /** References for the declared problems, grouped by status. */
  of(declared: Iterable<DeclaredProblem>): Record<string, JsonObject> {
    const byStatus = new Map<number, Set<ProblemCode>>();
    for (const [code, status] of Array.from(declared, codeAndStatus)) {
      byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
    }
    return Object.fromEntries(
      [...byStatus].map(([status, group]) => [String(status), this.#reference(status, [...group].sort(byText))]),
    );
  }

  #reference(status: number, codes: readonly ProblemCode[]): JsonObject {
    const isOwn = codes.every((code) => problems[code][0] === status);
    const name = codes.map(pascalCase).join("Or") + (isOwn ? "" : String(status));
    this.#responses.set(name, problemResponse(status, codes));
    return { $ref: `#/components/responses/${name}` };
  }
}

function problemResponse(status: number, codes: readonly ProblemCode[]): JsonObject {
  const lines = codes.map((code) => `- \`${code}\`: ${problems[code][1]}. ${problems[code][2]}`);
  return {
    description: lines.join("\n"),
    headers: {
      ...commonHeaders,
      ...(status === 503 ? { "Retry-After": { $ref: "#/components/headers/Retry-After" } } : {}),
      ...(status === 415 ? { "Accept-Encoding": { $ref: "#/components/headers/Accept-Encoding" } } : {}),
      ...(status === 401 ? { "WWW-Authenticate": { $ref: "#/components/headers/WWW-Authenticate" } } : {}),
    },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { type: "string", enum: codes } } },
          ],
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { summary: problems[code][1], value: exampleProblem(code, status) }]),
        ),
      },
    },
  };
}

function exampleProblem(code: ProblemCode, status: number): JsonObject {
  const [, title, mend] = problems[code];
  const fault = { pointer: "/title", code: "required", message: "This field is required." };
  return {
    type: `${documentOrigin}/problems/${code}`,
    title,
    status,
    detail: code === "validation_failed" ? "/title: This field is required." : mend,
    code,
    requestId: exampleRequestId,
    ...(code === "validation_failed" ? { errors: [fault] } : {}),
  };
}
