import { permissionCatalogue } from "../convex/core/access/permissions";
import { tokenScopes } from "../convex/core/access/rights";
import { shownCredential } from "../convex/core/wire/credentialKinds";
import { byText } from "./json";
import { documentOrigin } from "../convex/documentation/documentOrigin";
import type { JsonObject } from "./json";
import type { Operation } from "../convex/core/operations/declaration";

/** How a caller can authenticate, in the order in which the reference page offers it. */
export const securitySchemes: Readonly<Record<string, JsonObject>> = {
  apiKey: {
    type: "http",
    scheme: "bearer",
    description:
      `For services: an API key, sent as \`Authorization: Bearer ${shownCredential("apiKey")}\`; in this page's dialog paste the key only. It fixes the ` +
      "organization and carries its own scopes.",
  },
  clientCredentials: {
    type: "oauth2",
    description:
      "For services and device agents that prefer tokens of 15 minutes: put the API key or agent key into `client_secret`; " +
      "`client_id` may be anything. Without a chosen scope the token carries all that the key holds. Tokens are signed with " +
      "ES256 and follow RFC8725.",
    flows: {
      clientCredentials: {
        tokenUrl: `${documentOrigin}/v1/oauth/token`,
        scopes: Object.fromEntries(tokenScopes().toSorted(([left], [right]) => byText(left, right))),
      },
    },
  },
  userToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "For people: a token of the form `eyJ…`, of one of the deployment's identity providers. It is verified by RFC8725: algorithm, issuer " +
      "and audience are those of the deployment's configuration.",
  },
  agentKey: {
    type: "http",
    scheme: "bearer",
    description: `For device agents: the agent's key, \`${shownCredential("agent")}\`, as it was issued at enrolment.`,
  },
  enrollmentToken: {
    type: "http",
    scheme: "bearer",
    description: `For devices that enrol: an enrolment token of a site, \`${shownCredential("enrollment")}\`. It enrols device agents and does nothing else.`,
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
    case "platform":
      return [{ userToken: [] }];
    case "organization":
    case "permission": {
      const isForKeys = permission !== undefined && permissionCatalogue[permission].keys;
      return isForKeys ? [{ apiKey: [] }, { clientCredentials: scopes }, { userToken: [] }] : [{ userToken: [] }];
    }
  }
}
