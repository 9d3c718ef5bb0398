// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { components } from "./schema";

export type Agent = components["schemas"]["Agent"];
export type AgentUpdate = components["schemas"]["AgentUpdate"];
export type CheckIn = components["schemas"]["CheckIn"];
export type CheckInResult = components["schemas"]["CheckInResult"];
export type Me = components["schemas"]["Me"];
export type Organization = components["schemas"]["Organization"];
export type OrganizationCreate = components["schemas"]["OrganizationCreate"];
export type OrganizationUpdate = components["schemas"]["OrganizationUpdate"];
export type PageInfo = components["schemas"]["PageInfo"];
export type Problem = components["schemas"]["Problem"];
export type Schedule = components["schemas"]["Schedule"];
export type ScheduleCreate = components["schemas"]["ScheduleCreate"];
export type ScheduleUpdate = components["schemas"]["ScheduleUpdate"];
