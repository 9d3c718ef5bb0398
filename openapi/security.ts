import { permissionCatalogue } from "../convex/core/permissionCatalogue";
import { byText } from "./json";
import type { JsonObject } from "./json";
import type { Operation } from "../convex/core/operation";

/** Scopes that an access token of the token endpoint can carry: those of API keys, and the device agents' own. */
function machineScopes(): Record<string, string> {
  const rows = Object.entries(permissionCatalogue)
    .filter(([, { keys, grants }]) => keys || grants === "G")
    .toSorted(([left], [right]) => byText(left, right));
  return Object.fromEntries(rows.map(([permission, { description }]) => [permission, description]));
}

/** How a caller can authenticate. */
export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  agentKey: {
    type: "http",
    scheme: "bearer",
    description: "A device agent's key, `agt_…`, as it was issued at enrolment.",
  },
  apiKey: {
    type: "http",
    scheme: "bearer",
    description: "An API key, `sk_…`. It fixes the organization and carries its own scopes.",
  },
  clientCredentials: {
    type: "oauth2",
    description:
      "Exchanges an API key or agent key, given as the client's secret with any client id, for an access token of 15 minutes. " +
      "The tokens are signed with ES256 and follow RFC8725.",
    flows: { clientCredentials: { tokenUrl: "/v1/oauth/token", scopes: machineScopes() } },
  },
  enrollmentToken: {
    type: "http",
    scheme: "bearer",
    description: "An enrolment token of a site, `enr_…`. It enrols device agents and does nothing else.",
  },
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A person's token from one of the deployment's identity providers, verified by RFC8725: algorithm, issuer and audience " +
      "are those of the deployment's configuration.",
  },
};

/** The ways to authenticate that an operation accepts, with the scope that each needs. */
export function securityOf({ declaration }: Operation): JsonObject[] {
  const { access, permission } = declaration;
  const scopes = permission === undefined ? [] : [permission];
  switch (access) {
    case "enrollment":
      return [{ enrollmentToken: [] }];
    case "agent":
      return [{ agentKey: [] }, { clientCredentials: scopes }];
    case "identity":
    case "user":
      return [{ userToken: [] }];
    case "organization":
    case "permission": {
      const isForKeys = permission !== undefined && permissionCatalogue[permission].keys;
      return isForKeys ? [{ apiKey: [] }, { clientCredentials: scopes }, { userToken: [] }] : [{ userToken: [] }];
    }
  }
}
