// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/** Problem codes the API documents, each with its HTTP statuses. */
export interface ProblemStatuses {
  forbidden: 403;
  internal: number;
  invalid_state_transition: 409;
  not_found: 404;
  precondition_failed: 412;
  rate_limited: 429;
  unauthenticated: 401;
  validation_failed: 400;
}
