// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

/** Problem codes the API documents, each with its HTTP statuses. */
export interface ProblemStatuses {
  agent_revoked: 401 | 409;
  already_deleted: 409;
  already_member: 409;
  confirmation_mismatch: 409;
  cross_tenant_reference: 422;
  email_taken: 409;
  enrollment_exhausted: 409;
  enrollment_expired: 410;
  external_id_taken: 409;
  forbidden: 403;
  guid_in_use: 409;
  guid_taken: 409;
  idempotency_conflict: 409;
  idempotency_key_invalid: 400;
  in_use: 409;
  internal: 500;
  invalid_cursor: 400;
  invalid_enrollment_token: 401;
  invalid_state_transition: 409;
  key_expired: 401;
  key_revoked: 401 | 409;
  key_taken: 409;
  last_admin: 409;
  membership_banned: 403;
  name_taken: 409;
  not_a_member: 403;
  not_acceptable: 406;
  not_an_organization_member: 422;
  not_banned: 409;
  not_deleted: 409;
  not_found: 404;
  organization_deleted: 403;
  organization_required: 400;
  organization_suspended: 403;
  payload_too_large: 413;
  precondition_failed: 412;
  rank_too_low: 403;
  read_only_field: 422;
  role_in_use: 409;
  scope_not_allowed: 422;
  site_has_agents: 409;
  site_not_active: 409;
  slug_taken: 409;
  sole_owner: 409;
  system_role: 409;
  tenant_mismatch: 403;
  unauthenticated: 401;
  unavailable: 503;
  unsupported_content_encoding: 415;
  unsupported_filter: 400;
  unsupported_media_type: 415;
  user_deleted: 401;
  user_inactive: 403;
  validation_failed: 400;
}
