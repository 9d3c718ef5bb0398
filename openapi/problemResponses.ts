import { codeAndStatus } from "../convex/core/wire/declaredProblems";
import { typeOfProblem } from "../convex/core/wire/errors";
import { problems } from "../convex/core/wire/problems";
import { commonHeaders, headersOf } from "./headers";
import { byText } from "./json";
import { documentOrigin } from "../convex/documentation/documentOrigin";
import type { JsonObject } from "./json";
import type { DeclaredProblem } from "../convex/core/wire/declaredProblems";
import type { ProblemCode } from "../convex/core/wire/problems";

const exampleRequestId = "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c";

/** The schemas of a problem (RFC 9457) and of one fault inside a request. */
export const problemSchemas: Readonly<Record<string, JsonObject>> = {
  Problem: {
    type: "object",
    description:
      "Problem details (RFC 9457). Branch on `code`; `/problems/{code}` explains it, and `type` is that page unless another type is registered.",
    properties: {
      type: {
        type: "string",
        format: "uri-reference",
        maxLength: 2048,
        description: "Page of the code on this deployment, or the type that is registered for what it says.",
      },
      title: { type: "string", maxLength: 200, description: "What the code means, the same every time." },
      status: { type: "integer", format: "int32", minimum: 400, maximum: 599, description: "The HTTP status." },
      detail: { type: "string", maxLength: 65_536, description: "What went wrong this time." },
      code: {
        type: "string",
        pattern: "^[a-z][a-z0-9_]*$",
        maxLength: 64,
        description: "Stable; each operation names those it may answer with.",
      },
      requestId: { type: "string", maxLength: 128, description: "The request's `X-Request-Id`, to quote in reports." },
      errors: {
        type: "array",
        description: "Faults inside the request, where there are such.",
        items: { $ref: "#/components/schemas/ProblemFault" },
      },
      retryAfterSeconds: {
        type: "integer",
        format: "int32",
        minimum: 1,
        maximum: 2_147_483_647,
        description: "With 429, what `Retry-After` says: when the same request may succeed.",
      },
      "violated-policies": {
        type: "array",
        description: "With 429, the quotas that are used up, by their names in `RateLimit-Policy`.",
        items: { type: "string", maxLength: 80 },
      },
    },
    required: ["type", "title", "status", "detail", "code", "requestId"],
    additionalProperties: false,
  },
  ProblemFault: {
    type: "object",
    description: "One fault inside a request.",
    properties: {
      pointer: {
        type: "string",
        maxLength: 4096,
        description: "JSON Pointer (RFC 6901) to the field; to the header, where one carries the input.",
      },
      code: { type: "string", maxLength: 64, description: "What is wrong there, for programs." },
      message: { type: "string", maxLength: 4096, description: "What is wrong there, for people." },
    },
    required: ["pointer", "code", "message"],
    additionalProperties: false,
  },
};

/** Codes by the status that they come with, both in order. */
export function codesByStatus(declared: Iterable<DeclaredProblem>): Record<string, readonly ProblemCode[]> {
  const byStatus = new Map<string, Set<ProblemCode>>();
  for (const [code, status] of Array.from(declared, codeAndStatus)) {
    byStatus.set(String(status), (byStatus.get(String(status)) ?? new Set()).add(code));
  }
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([left], [right]) => byText(left, right))
      .map(([status, codes]) => [status, [...codes].toSorted(byText)]),
  );
}

/**
 * The shared problem responses of the document: one per status, with the codes that any operation uses there. Each
 * operation lists its own codes (`x-portico-problems`) and the sets of those that its kind implies, so that the document
 * grows with operations and not with combinations.
 */
export class ProblemResponses {
  readonly #codes = new Map<string, Set<ProblemCode>>();

  /** References for the declared problems, by status. */
  of(declared: Iterable<DeclaredProblem>): Record<string, JsonObject> {
    const byStatus = Object.entries(codesByStatus(declared));
    for (const [status, codes] of byStatus) {
      this.#codes.set(status, new Set([...(this.#codes.get(status) ?? []), ...codes]));
    }
    return Object.fromEntries(
      byStatus.map(([status]) => [status, { $ref: `#/components/responses/Problem${status}` }]),
    );
  }

  /** The responses that were referred to, by name. */
  get responses(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(
      [...this.#codes].map(([status, codes]) => [
        `Problem${status}`,
        problemResponse(status, [...codes].toSorted(byText)),
      ]),
    );
  }

  /** The examples that the responses refer to, by name. */
  get examples(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries(
      [...this.#codes].flatMap(([status, codes]) =>
        [...codes].map((code) => [
          exampleName(code, Number(status)),
          { summary: problems[code][1], value: exampleProblem(code, Number(status)) },
        ]),
      ),
    );
  }
}

/** A code that comes with different statuses has an example for each. */
function exampleName(code: ProblemCode, status: number): string {
  return problems[code][0] === status ? code : `${code}_${status}`;
}

function problemResponse(status: string, codes: readonly ProblemCode[]): JsonObject {
  const lines = codes.map((code) => `- \`${code}\`: ${problems[code][1]}. ${problems[code][2]}`);
  return {
    description: `The operation's \`x-portico-problems\` and \`x-portico-problem-sets\` say which of these it may be.\n\n${lines.join("\n")}`,
    headers: {
      ...commonHeaders,
      ...headersOf("Portico-Dry-Run", "Portico-Organization"),
      ...(status === "429" || status === "503" ? headersOf("Retry-After") : {}),
      ...(status === "404" ? headersOf("Link") : {}),
      ...(status === "415" ? headersOf("Accept-Encoding") : {}),
      ...(status === "401" ? headersOf("WWW-Authenticate") : {}),
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
          codes.map((code) => [code, { $ref: `#/components/examples/${exampleName(code, Number(status))}` }]),
        ),
      },
    },
  };
}

/** A problem as a request might get it. */
export function exampleProblem(code: ProblemCode, status: number): JsonObject {
  const [, title, mend] = problems[code];
  const fault = { pointer: "/title", code: "required", message: "This field is required." };
  return {
    type: typeOfProblem(code, documentOrigin),
    title,
    status,
    detail: code === "validation_failed" ? "/title: This field is required." : mend,
    code,
    requestId: exampleRequestId,
    ...(code === "validation_failed" ? { errors: [fault] } : {}),
    ...(code === "rate_limited" ? { retryAfterSeconds: 5, "violated-policies": ["apiKey"] } : {}),
  };
}
