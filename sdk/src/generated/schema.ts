// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask what this is
         * @description Where to read on: a page where `Accept` asks for HTML, links for programs otherwise.
         */
        get: operations["getHome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/api-catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the catalogue of APIs
         * @description RFC 9727: where the API is described, documented and watched.
         */
        get: operations["getApiCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public keys of the deployment's tokens
         * @description A JSON Web Key Set (RFC 7517). During a rotation it holds the present key and the one before.
         */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the authorization server's metadata
         * @description RFC 8414: where tokens are issued and which scopes they can carry.
         */
        get: operations["getAuthorizationServer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-protected-resource": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the protected resource's metadata
         * @description RFC 9728: which authorization servers' tokens this API takes.
         */
        get: operations["getProtectedResource"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the problem codes
         * @description A page for people, or JSON where `Accept` asks for it.
         */
        get: operations["listProblems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain a problem code
         * @description What the code means and how to mend it: a page for people, or JSON where `Accept` asks for it.
         */
        get: operations["getProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask what this version of the API is
         * @description Where to read on: a page where `Accept` asks for HTML, links for programs otherwise.
         */
        get: operations["getApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent-api-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agent API logs
         * @description Newest first unless sorted otherwise. Supported together: {agentId, createdFrom/createdTo or from/to, sort=created or createdAt}, {createdFrom/createdTo or from/to, sort=created or createdAt}, {siteId, createdFrom/createdTo or from/to, sort=created or createdAt}.
         *
         *     Needs the permission `agentApiLog:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listAgentApiLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent-api-logs/{logId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an agent API log
         * @description Needs the permission `agentApiLog:read`.
         */
        get: operations["getAgentApiLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent-enrollment-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agent enrolment tokens
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {siteId, createdFrom/createdTo, sort=created}.
         *
         *     Needs the permission `agentEnrollment:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listAgentEnrollmentTokens"];
        put?: never;
        /**
         * Create an agent enrolment token
         * @description The answer shows `token` once; devices enrol with it at the site, 30 days long unless `expiresAt` says otherwise.
         *
         *     Needs the permission `agentEnrollment:create`. Its own refusals: `site_not_active`, `cross_tenant_reference`.
         */
        post: operations["createAgentEnrollmentToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent-enrollment-tokens/{tokenId}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an agent enrolment token
         * @description No device enrols with it any more; agents enrolled before stay. Revoking it again changes nothing.
         *
         *     Needs the permission `agentEnrollment:revoke`.
         */
        post: operations["revokeAgentEnrollmentToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List agents
         * @description Newest first unless sorted otherwise. Supported together: {connectionStatus, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {guid, createdFrom/createdTo, sort=created}, {lastCheckinFrom/lastCheckinTo, sort=lastCheckinAt}, {siteId, createdFrom/createdTo, sort=created}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `agent:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agentId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an agent
         * @description For members of the organization; machines and assigned roles need the permission `agent:read`.
         */
        get: operations["getAgent"];
        put?: never;
        post?: never;
        /**
         * Delete an agent
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `agent:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
         */
        delete: operations["deleteAgent"];
        options?: never;
        head?: never;
        /**
         * Update an agent
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `agent:update`. Its own refusals: `guid_taken`.
         */
        patch: operations["updateAgent"];
        trace?: never;
    };
    "/v1/agents/{agentId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore an agent
         * @description Takes it out of the trash. Refused while another row has its `guid`.
         *
         *     Needs the permission `agent:restore`. Its own refusals: `not_deleted`, `site_not_active`, `guid_taken`.
         */
        post: operations["restoreAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agentId}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an agent's key
         * @description The next check-in is refused. Only rotating the key makes the agent usable again; enrolling it does not.
         *
         *     Needs the permission `agent:revoke`. Its own refusals: `agent_revoked`.
         */
        post: operations["revokeAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agentId}/rotate-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an agent's key
         * @description The old key and its tokens stop at once, and the answer shows the new `key` once. A revoked agent is active again.
         *
         *     Needs the permission `agent:update`.
         */
        post: operations["rotateAgentKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/check-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check in as an agent
         * @description Called by the device with its agent key. `facts` replace the agent's `metadata`; left out, it stays. No fact costs a device its check-in.
         *
         *     For device agents.
         */
        post: operations["checkInAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/enroll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enrol a device
         * @description Called by the device with an enrolment token. A new GUID becomes an agent of the token's site (201); the agent of that site that has the GUID gets the facts and a new key (200), if it has never checked in or is offline; one in use is 409 `guid_in_use`. The answer shows `key` once.
         *
         *     For holders of an enrolment token. Its own refusals: `enrollment_expired`, `enrollment_exhausted`, `site_not_active`, `agent_revoked`, `guid_in_use`.
         */
        post: operations["enrollAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the calling agent
         * @description For device agents.
         */
        get: operations["getAgentSelf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API keys
         * @description Newest first unless sorted otherwise. Supported together: {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}, {ownerId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
         *
         *     Needs the permission `apiKey:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create an API key
         * @description The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire. The caller is its owner: the key never does more than its owner could at the moment, and is suspended while the owner is no active member.
         *
         *     Needs the permission `apiKey:create`. Its own refusals: `scope_not_allowed`.
         */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{apiKeyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a API key
         * @description Needs the permission `apiKey:read`.
         */
        get: operations["getApiKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update an API key
         * @description Changes its name, or takes scopes away.
         *
         *     Needs the permission `apiKey:update`. Its own refusals: `scope_not_allowed`.
         */
        patch: operations["updateApiKey"];
        trace?: never;
    };
    "/v1/api-keys/{apiKeyId}/adopt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adopt an API key
         * @description Makes the caller the key's owner, so that a key whose owner has left goes on. Its scopes are among the caller's own rights, and its owner's rank, if still a member, is not above the caller's. The secret stays the same: rotate it as well if somebody who has left may know it. Adopting one's own key changes nothing.
         *
         *     Needs the permission `apiKey:update`. Its own refusals: `key_revoked`, `rank_too_low`.
         */
        post: operations["adoptApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{apiKeyId}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an API key
         * @description At once and for good; an old key in its grace time stops too.
         *
         *     Needs the permission `apiKey:revoke`. Its own refusals: `key_revoked`.
         */
        post: operations["revokeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{apiKeyId}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an API key
         * @description The answer carries the new key, once. The old one and its tokens work for `graceSeconds` more, none unless given. All its scopes are among the caller's own rights, and its owner's rank is not above the caller's. The owner stays; `adopt` changes it.
         *
         *     Needs the permission `apiKey:update`. Its own refusals: `key_revoked`, `rank_too_low`.
         */
        post: operations["rotateApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the audit trail
         * @description Newest first unless sorted otherwise. Reading it leaves a row of its own, `audit.read`, once an hour and actor. Supported together: {action, from/to, sort=createdAt}, {from/to, sort=createdAt}, {result, from/to, sort=createdAt}, {tableName, from/to, sort=createdAt}, {tableName, recordId, from/to, sort=createdAt}, {userId, from/to, sort=createdAt}.
         *
         *     Needs the permission `auditLog:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listAuditLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-logs/{auditLogId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an audit log
         * @description Needs the permission `auditLog:read`.
         */
        get: operations["getAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-logs/records/{tableName}/{recordId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the history of a record
         * @description Every audit row of one record, newest first unless sorted otherwise; also of one that is gone.
         *
         *     Needs the permission `auditLog:read`. Its own refusals: `invalid_cursor`.
         */
        get: operations["getRecordHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List clients
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `client:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listClients"];
        put?: never;
        /**
         * Create a client
         * @description Needs the permission `client:create`. Its own refusals: `name_taken`.
         */
        post: operations["createClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clients/{clientId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a client
         * @description For members of the organization; machines and assigned roles need the permission `client:read`.
         */
        get: operations["getClient"];
        put?: never;
        post?: never;
        /**
         * Delete a client
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `client:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
         */
        delete: operations["deleteClient"];
        options?: never;
        head?: never;
        /**
         * Update a client
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `client:update`. Its own refusals: `name_taken`.
         */
        patch: operations["updateClient"];
        trace?: never;
    };
    "/v1/clients/{clientId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the members of a client
         * @description Newest first unless sorted otherwise.
         *
         *     For members of the organization; machines and assigned roles need the permission `client:read`. Its own refusals: `invalid_cursor`.
         */
        get: operations["listClientMembers"];
        put?: never;
        /**
         * Add a member to a client
         * @description The role is `client` unless given, by `roleId` or `roleKey`; its rights hold for what is assigned to the client. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes. So must be what the member's own role allows on assigned rows.
         *
         *     Needs the permission `client:manageMembers`. Its own refusals: `already_member`, `rank_too_low`, `limit_reached`.
         */
        post: operations["addClientMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clients/{clientId}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member from a client
         * @description What is assigned to the client is no longer assigned to the member; the membership of the organization stays.
         *
         *     Needs the permission `client:manageMembers`. Its own refusals: `rank_too_low`.
         */
        delete: operations["removeClientMember"];
        options?: never;
        head?: never;
        /**
         * Update a member of a client
         * @description Gives another role there, by `roleId` or `roleKey`, to a member whose role there is below one's own. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.
         *
         *     Needs the permission `client:manageMembers`. Its own refusals: `rank_too_low`, `already_member`.
         */
        patch: operations["updateClientMember"];
        trace?: never;
    };
    "/v1/clients/{clientId}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what belongs to a client
         * @description What a client's portal shows: of all tables the rows that belong to the client, as far as the caller may read them, newest first. Where a permission reaches assigned rows alone, only one's own clients can be asked about.
         *
         *     Needs the permission `resource:read`. Its own refusals: `invalid_cursor`.
         */
        get: operations["listClientResources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clients/{clientId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a client
         * @description Takes it out of the trash. Send another `name` where it is taken by now.
         *
         *     Needs the permission `client:restore`. Its own refusals: `not_deleted`, `name_taken`.
         */
        post: operations["restoreClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open the API reference
         * @description Swagger UI over this document, one domain at a time, served by the deployment itself.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a file of the API reference
         * @description Scripts and styles of Swagger UI, compressed with gzip; `conventions.md` tells what all operations have in common.
         */
        get: operations["getDocsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/email/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask what an unsubscribe link turns off
         * @description The page that the link of an e-mail opens. Looking at it changes nothing, since programs look at links before people do.
         */
        get: operations["getUnsubscription"];
        put?: never;
        /**
         * Unsubscribe by the link of an e-mail
         * @description One click (RFC 8058), by a mail provider or by the page: e-mails of that kind are off for the person, in every organization. Needs no session and lasts; `PATCH /v1/me/settings` turns them on again. Doing it again changes nothing.
         */
        post: operations["unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ask whether the deployment answers
         * @description Touches no data, so it says that the gateway runs and nothing more.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List invitations
         * @description Newest first unless sorted otherwise. A page may hold fewer rows than asked for. Supported together: {createdFrom/createdTo, sort=created}, {email, createdFrom/createdTo, sort=created}, {email, status, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
         *
         *     Needs the permission `member:invite`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listInvitations"];
        put?: never;
        /**
         * Invite somebody by e-mail
         * @description Sends an e-mail with a token, which nobody else sees, to accept the invitation with. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes. It is given when the invitation is accepted, if whoever invited could still give it then. One invitation of an address is pending at a time.
         *
         *     Needs the permission `member:invite`. Its own refusals: `already_member`, `invitation_pending`, `rank_too_low`, `cross_tenant_reference`.
         */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{invitationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an invitation
         * @description Needs the permission `member:invite`.
         */
        get: operations["getInvitation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{invitationId}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an invitation again
         * @description With a new token; the one before stops at once. From then on the caller answers for the invitation, who therefore could give its role.
         *
         *     Needs the permission `member:invite`. Its own refusals: `invalid_state_transition`, `resend_limit`, `rank_too_low`, `invitation_void`.
         */
        post: operations["resendInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/{invitationId}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke an invitation
         * @description Its token opens nothing any more. Revoking it again changes nothing.
         *
         *     Needs the permission `member:invite`. Its own refusals: `invalid_state_transition`.
         */
        post: operations["revokeInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description By whoever has the invited address, verified. The caller is a member with the invitation's role from then on. It is void, and `invitation_void` says why, when its role was deleted, or when whoever invited could not give the role any more.
         *
         *     For signed-in people. Its own refusals: `not_found`, `email_mismatch`, `invitation_expired`, `invitation_void`, `already_member`, `organization_deleted`, `organization_suspended`.
         */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/invitations/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decline an invitation
         * @description By whoever has the invited address, verified. Its token opens nothing any more.
         *
         *     For signed-in people. Its own refusals: `not_found`, `email_mismatch`, `invitation_expired`.
         */
        post: operations["declineInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List items
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `item:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listItems"];
        put?: never;
        /**
         * Create an item
         * @description Needs the permission `item:create`.
         */
        post: operations["createItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/{itemId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an item
         * @description For members of the organization; machines and assigned roles need the permission `item:read`.
         */
        get: operations["getItem"];
        put?: never;
        post?: never;
        /**
         * Delete an item
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `item:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
         */
        delete: operations["deleteItem"];
        options?: never;
        head?: never;
        /**
         * Update an item
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `item:update`.
         */
        patch: operations["updateItem"];
        trace?: never;
    };
    "/v1/items/{itemId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore an item
         * @description Takes it out of the trash.
         *
         *     Needs the permission `item:restore`. Its own refusals: `not_deleted`.
         */
        post: operations["restoreItem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 100 items
         * @description One transaction: all are created, or none. Pointers of errors carry the item's index.
         *
         *     Needs the permission `item:create`.
         */
        post: operations["batchCreateItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the current user
         * @description With the organization that requests act in unless they name another one (the token's, the one of `Portico-Organization`, or the user's default), and the user's membership and role there.
         *
         *     For signed-in people.
         */
        get: operations["getCurrentUser"];
        put?: never;
        post?: never;
        /**
         * Delete the current user
         * @description Ends every membership, takes back the invitations that the user has sent, and makes the user anonymous for good; the user's API keys are suspended with it, until an administrator adopts them. Refused while the user owns an organization, one in the trash included: only its owner can restore it.
         *
         *     For signed-in people. Its own refusals: `sole_owner`.
         */
        delete: operations["deleteCurrentUser"];
        options?: never;
        head?: never;
        /**
         * Update the current user
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     For signed-in people.
         */
        patch: operations["updateCurrentUser"];
        trace?: never;
    };
    "/v1/me/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the invitations to oneself
         * @description Those to the caller's verified address, of all organizations, newest first; the pending ones that could be accepted now unless `status` says otherwise. The token to accept one with is in its e-mail. A page may hold fewer rows than asked for.
         *
         *     For signed-in people. Its own refusals: `email_mismatch`, `invalid_cursor`.
         */
        get: operations["listMyInvitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one's own rights
         * @description What the caller's role in the organization allows, with what the caller's roles in teams and with clients add: `:own` where it reaches only the caller's own rows, `:assigned` where it reaches only what is assigned to the caller. What a team's or a client's role allows holds for what is assigned to that team or client alone.
         *
         *     For members of the organization; machines and assigned roles need the permission `me:read`.
         */
        get: operations["getMyPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one's own profile
         * @description The user's name stands in until a profile is written.
         *
         *     For signed-in people.
         */
        get: operations["getMyProfile"];
        /**
         * Write one's own profile
         * @description Replaces it: what is left out goes back to its default.
         *
         *     For signed-in people.
         */
        put: operations["upsertMyProfile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one's own settings
         * @description For signed-in people.
         */
        get: operations["getMySettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update one's own settings
         * @description Fields left out stay as they are; null brings an optional field back to its default.
         *
         *     For signed-in people.
         */
        patch: operations["updateMySettings"];
        trace?: never;
    };
    "/v1/me/switch-organization": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switch the default organization
         * @description Requests that name no organization act in this one from now on. Name it by `organizationId` or by `slug`.
         *
         *     For signed-in people. Its own refusals: `not_a_member`, `membership_banned`, `user_inactive`, `organization_deleted`, `organization_suspended`.
         */
        post: operations["switchOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Synchronize the current user with the token
         * @description Creates the user of a token that was never seen before, or links the user who was added with the same e-mail address. Takes name, picture and a verified address from the token, and accepts the memberships that wait for that address. An address that the token does not call verified counts for nothing; the first that it does is sent a welcome.
         *
         *     For anybody with a token of a trusted issuer, known here yet or not. Its own refusals: `email_taken`.
         */
        post: operations["syncCurrentUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List one's own teams
         * @description The teams that the caller is in, the one joined last first, each with the caller's role there.
         *
         *     For members of the organization; machines and assigned roles need the permission `me:read`. Its own refusals: `invalid_cursor`.
         */
        get: operations["listMyTeams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memberships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List memberships
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {roleId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}, {userId, createdFrom/createdTo, sort=created}.
         *
         *     For members of the organization; machines and assigned roles need the permission `member:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listMemberships"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memberships/{membershipId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a membership
         * @description For members of the organization; machines and assigned roles need the permission `member:read`.
         */
        get: operations["getMembership"];
        put?: never;
        post?: never;
        /**
         * Remove a member
         * @description Ends the membership for good, with the member's places in teams and with clients; what the member wrote stays. The member's API keys are suspended at once, until an administrator adopts them (`GET /v1/api-keys?ownerId=…` lists them).
         *
         *     Needs the permission `member:remove`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`.
         */
        delete: operations["removeMembership"];
        options?: never;
        head?: never;
        /**
         * Update a membership
         * @description Changes the role (by `roleId` or `roleKey`), the status or the metadata of a member of lower rank; of an administrator, if one holds all the administrator's rights. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes, and what it allows on assigned rows if one has that on every row or is in all of the member's teams and with all of the member's clients; activating a member gives the role anew. Ownership is not assigned; the owner transfers it by `POST /v1/organizations/{organizationId}/transfer-ownership`. The member's API keys do no more than the member from then on, and are suspended while the membership is inactive. A member whose role changes is told so, by a notification and by e-mail.
         *
         *     Needs the permission `member:update`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`, `invalid_state_transition`, `cross_tenant_reference`, `already_member`.
         */
        patch: operations["updateMembership"];
        trace?: never;
    };
    "/v1/memberships/{membershipId}/ban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ban a member
         * @description Refuses every request of a member of lower rank, and of the member's API keys, until `until` or for good. The reason is an internal note.
         *
         *     Needs the permission `member:ban`. Its own refusals: `last_admin`, `sole_owner`, `rank_too_low`.
         */
        post: operations["banMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memberships/{membershipId}/unban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lift a ban
         * @description The member's requests, and those of the member's API keys, are answered again.
         *
         *     Needs the permission `member:ban`. Its own refusals: `not_banned`, `rank_too_low`.
         */
        post: operations["unbanMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memberships/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave the organization
         * @description One's API keys there are suspended, until an administrator adopts them.
         *
         *     For members of the organization; machines and assigned roles need the permission `me:update`. Its own refusals: `sole_owner`, `last_admin`.
         */
        post: operations["leaveOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memberships/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update one's own membership
         * @description Fields left out stay as they are; null clears.
         *
         *     For members of the organization; machines and assigned roles need the permission `me:update`. Its own refusals: `cross_tenant_reference`.
         */
        patch: operations["updateMyMembership"];
        trace?: never;
    };
    "/v1/oauth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a key for an access token
         * @description Client credentials (RFC 6749, 4.4): the key goes in `client_secret`, in the body or by HTTP Basic. The token lives for 15 minutes, dies with its key, and opens the Convex clients as well as this API. Errors are OAuth's own.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi-3.0.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get this document as OpenAPI 3.0
         * @description The same operations for tools that do not read OpenAPI 3.1.
         */
        get: operations["getOpenApi30"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi-3.0/{domain}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the document of a domain as OpenAPI 3.0
         * @description The operations of one domain and only what they refer to, complete in itself; `/v1/openapi-3.0.json` has all domains.
         */
        get: operations["getDomainOpenApi30"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get this document
         * @description The OpenAPI 3.1 description of every operation, with the deployment's own origin as server.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi/{domain}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the document of a domain
         * @description The operations of one domain and only what they refer to, complete in itself; `/v1/openapi.json` has all domains.
         */
        get: operations["getDomainOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List one's own organizations
         * @description Last joined first unless sorted otherwise, each with the caller's role in it. A page may hold fewer rows than asked for.
         *
         *     For signed-in people. Its own refusals: `invalid_cursor`.
         */
        get: operations["listOrganizations"];
        put?: never;
        /**
         * Create an organization
         * @description The caller becomes its owner. The slug is made from the name unless given.
         *
         *     For signed-in people. Its own refusals: `slug_taken`, `external_id_taken`.
         */
        post: operations["createOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{organizationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization
         * @description A deleted one too, until it is purged.
         *
         *     For members of the organization; machines and assigned roles need the permission `organization:read`.
         */
        get: operations["getOrganization"];
        put?: never;
        post?: never;
        /**
         * Delete an organization
         * @description Every key and every member is refused from now on. It can be restored until `purgeAfter`, keeps its names until then, and is purged afterwards. Its owner gets an e-mail. Send the organization's slug as `confirmSlug`.
         *
         *     Needs the permission `organization:delete`. Its own refusals: `confirmation_mismatch`, `already_deleted`, `organization_suspended`.
         */
        delete: operations["deleteOrganization"];
        options?: never;
        head?: never;
        /**
         * Update an organization
         * @description Fields left out stay as they are, in `settings` too; null clears an optional field. `externalId` is set once, by the owner.
         *
         *     Needs the permission `organization:update`. Its own refusals: `slug_taken`, `external_id_taken`.
         */
        patch: operations["updateOrganization"];
        trace?: never;
    };
    "/v1/organizations/{organizationId}/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Purge a deleted organization
         * @description Now, instead of at `purgeAfter`: everything of the organization is deleted for good by a job, step by step after the answer, and the job with it; then its names are free. Purging it again answers the job that runs. Send the organization's slug as `confirmSlug`.
         *
         *     Needs the permission `organization:purge`. Its own refusals: `not_deleted`, `confirmation_mismatch`.
         */
        post: operations["purgeOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{organizationId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore an organization
         * @description It has kept its names. Refused once its purge has begun.
         *
         *     Needs the permission `organization:delete`. Its own refusals: `not_deleted`, `purged`, `slug_taken`, `external_id_taken`.
         */
        post: operations["restoreOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{organizationId}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set an organization's status
         * @description Shuts an organization down or opens it again: every request to one that is `inactive` or `suspended` is refused. The reason stands in its audit trail. Setting the status that it has changes nothing; one in the trash has to be restored by its owner.
         *
         *     For platform administrators, whom the deployment's `PLATFORM_ADMIN_SUBJECTS` names; no membership counts. Its own refusals: `invalid_state_transition`.
         */
        put: operations["setOrganizationStatus"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{organizationId}/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization in numbers
         * @description How many members, sites, agents and other rows it has, each where the caller may read all of them. A number ends at 1,000 and says so.
         *
         *     For members of the organization; machines and assigned roles need the permission `organization:read`.
         */
        get: operations["getOrganizationSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/{organizationId}/transfer-ownership": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Transfer the ownership of an organization
         * @description An active member becomes the owner, and the owner who calls becomes an administrator, at once; both are told by a notification. Transferring to oneself changes nothing. API keys go on.
         *
         *     Needs the permission `organization:transfer`. Its own refusals: `not_a_member`.
         */
        post: operations["transferOwnership"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organizations/by-slug/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization by its slug
         * @description With up to 20 of its members, if the caller may read users.
         *
         *     For members of the organization; machines and assigned roles need the permission `organization:read`.
         */
        get: operations["getOrganizationBySlug"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the permissions
         * @description The whole catalogue: what roles and API keys are made of. The same for every organization.
         *
         *     For members of the organization; machines and assigned roles need the permission `role:read`.
         */
        get: operations["listPermissions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List roles
         * @description The organization's own roles, newest first unless sorted otherwise; with `includeGlobal=true` the built-in ones lead. Supported together: {createdFrom/createdTo, sort=created}, {key, createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `role:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listRoles"];
        put?: never;
        /**
         * Create a role
         * @description Needs the permission `role:create`. Its own refusals: `key_taken`, `rank_too_low`, `name_taken`.
         */
        post: operations["createRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles/{roleId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a role
         * @description For members of the organization; machines and assigned roles need the permission `role:read`.
         */
        get: operations["getRole"];
        put?: never;
        post?: never;
        /**
         * Delete a role
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `role:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `system_role`, `rank_too_low`, `role_in_use`.
         */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        /**
         * Update a role
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `role:update`. Its own refusals: `system_role`, `rank_too_low`, `key_taken`, `name_taken`.
         */
        patch: operations["updateRole"];
        trace?: never;
    };
    "/v1/roles/{roleId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a role
         * @description Takes it out of the trash. Send another `key` and `name` where it is taken by now.
         *
         *     Needs the permission `role:restore`. Its own refusals: `not_deleted`, `system_role`, `rank_too_low`, `key_taken`, `name_taken`.
         */
        post: operations["restoreRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List schedules
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {startFrom/startTo, sort=startDate}, {status, startFrom/startTo, sort=startDate}, {userId, startFrom/startTo, sort=startDate}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `schedule:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listSchedules"];
        put?: never;
        /**
         * Create a schedule
         * @description Needs the permission `schedule:create`.
         */
        post: operations["createSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{scheduleId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a schedule
         * @description For members of the organization; machines and assigned roles need the permission `schedule:read`.
         */
        get: operations["getSchedule"];
        put?: never;
        post?: never;
        /**
         * Delete a schedule
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `schedule:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`.
         */
        delete: operations["deleteSchedule"];
        options?: never;
        head?: never;
        /**
         * Update a schedule
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
         */
        patch: operations["updateSchedule"];
        trace?: never;
    };
    "/v1/schedules/{scheduleId}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate a schedule
         * @description Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
         */
        post: operations["activateSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{scheduleId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a schedule
         * @description The reason, if given, stands in the audit trail.
         *
         *     Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
         */
        post: operations["cancelSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{scheduleId}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Complete a schedule
         * @description Needs the permission `schedule:update`. Its own refusals: `invalid_state_transition`.
         */
        post: operations["completeSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{scheduleId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a schedule
         * @description Takes it out of the trash.
         *
         *     Needs the permission `schedule:restore`. Its own refusals: `not_deleted`.
         */
        post: operations["restoreSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 100 schedules
         * @description One transaction: all are created, or none. Pointers of errors carry the item's index.
         *
         *     Needs the permission `schedule:create`.
         */
        post: operations["batchCreateSchedules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sites
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {psaCompanyId, createdFrom/createdTo, sort=created}, {slug, createdFrom/createdTo, sort=created}, {sort=name}, {status, createdFrom/createdTo, sort=created}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `site:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listSites"];
        put?: never;
        /**
         * Create a site
         * @description Needs the permission `site:create`. Its own refusals: `slug_taken`.
         */
        post: operations["createSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{siteId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a site
         * @description For members of the organization; machines and assigned roles need the permission `site:read`.
         */
        get: operations["getSite"];
        put?: never;
        post?: never;
        /**
         * Delete a site
         * @description Moves it to the trash; with `cascade=true` its agents go with it and their keys stop. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `site:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `site_has_agents`.
         */
        delete: operations["deleteSite"];
        options?: never;
        head?: never;
        /**
         * Update a site
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `site:update`. Its own refusals: `invalid_state_transition`, `slug_taken`.
         */
        patch: operations["updateSite"];
        trace?: never;
    };
    "/v1/sites/{siteId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a site
         * @description Takes it out of the trash. Send another `slug` where it is taken by now.
         *
         *     Needs the permission `site:restore`. Its own refusals: `not_deleted`, `slug_taken`.
         */
        post: operations["restoreSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{siteId}/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a site with its agents counted
         * @description For members of the organization; machines and assigned roles need the permission `site:read`.
         */
        get: operations["getSiteView"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create up to 100 sites
         * @description One transaction: all are created, or none. Pointers of errors carry the item's index.
         *
         *     Needs the permission `site:create`. Its own refusals: `slug_taken`.
         */
        post: operations["batchCreateSites"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sites with their agents counted
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
         *
         *     For members of the organization; machines and assigned roles need the permission `site:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listSitesView"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List teams
         * @description Newest first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {name, createdFrom/createdTo, sort=created}, {sort=name}, {deleted=only}.
         *
         *     For members of the organization; machines and assigned roles need the permission `team:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listTeams"];
        put?: never;
        /**
         * Create a team
         * @description Needs the permission `team:create`. Its own refusals: `name_taken`.
         */
        post: operations["createTeam"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/teams/{teamId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a team
         * @description For members of the organization; machines and assigned roles need the permission `team:read`.
         */
        get: operations["getTeam"];
        put?: never;
        post?: never;
        /**
         * Delete a team
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `team:delete`. Its own refusals: `already_deleted`, `not_deleted`, `in_use`, `team_in_use`.
         */
        delete: operations["deleteTeam"];
        options?: never;
        head?: never;
        /**
         * Update a team
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `team:update`. Its own refusals: `name_taken`.
         */
        patch: operations["updateTeam"];
        trace?: never;
    };
    "/v1/teams/{teamId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the members of a team
         * @description Newest first unless sorted otherwise.
         *
         *     For members of the organization; machines and assigned roles need the permission `team:read`. Its own refusals: `invalid_cursor`.
         */
        get: operations["listTeamMembers"];
        put?: never;
        /**
         * Add a member to a team
         * @description The role is `developer` unless given, by `roleId` or `roleKey`; its rights hold for what is assigned to the team. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes. So must be what the member's own role allows on assigned rows.
         *
         *     Needs the permission `team:manageMembers`. Its own refusals: `already_member`, `rank_too_low`, `limit_reached`.
         */
        post: operations["addTeamMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/teams/{teamId}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a member from a team
         * @description What is assigned to the team is no longer assigned to the member; the membership of the organization stays.
         *
         *     Needs the permission `team:manageMembers`. Its own refusals: `rank_too_low`.
         */
        delete: operations["removeTeamMember"];
        options?: never;
        head?: never;
        /**
         * Update a member of a team
         * @description Gives another role there, by `roleId` or `roleKey`, to a member whose role there is below one's own. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes.
         *
         *     Needs the permission `team:manageMembers`. Its own refusals: `rank_too_low`, `already_member`.
         */
        patch: operations["updateTeamMember"];
        trace?: never;
    };
    "/v1/teams/{teamId}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a team
         * @description Takes it out of the trash. Send another `name` where it is taken by now.
         *
         *     Needs the permission `team:restore`. Its own refusals: `not_deleted`, `name_taken`.
         */
        post: operations["restoreTeam"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/todos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List todos
         * @description Newest first unless sorted otherwise. Supported together: {completed, createdFrom/createdTo, sort=created}, {createdBy, createdFrom/createdTo, sort=created}, {createdFrom/createdTo, sort=created}.
         *
         *     For members of the organization; machines and assigned roles need the permission `todo:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listTodos"];
        put?: never;
        /**
         * Create a todo
         * @description Needs the permission `todo:create`.
         */
        post: operations["createTodo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/todos/{todoId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a todo
         * @description For members of the organization; machines and assigned roles need the permission `todo:read`.
         */
        get: operations["getTodo"];
        put?: never;
        post?: never;
        /**
         * Delete a todo
         * @description Deletes it for good.
         *
         *     Needs the permission `todo:delete`. Its own refusals: `in_use`.
         */
        delete: operations["deleteTodo"];
        options?: never;
        head?: never;
        /**
         * Update a todo
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `todo:update`.
         */
        patch: operations["updateTodo"];
        trace?: never;
    };
    "/v1/todos/{todoId}/toggle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Toggle a todo
         * @description Flips `completed`.
         *
         *     Needs the permission `todo:update`.
         */
        post: operations["toggleTodo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the users of the organization
         * @description Newest membership first unless sorted otherwise. Supported together: {createdFrom/createdTo, sort=created}, {roleId, createdFrom/createdTo, sort=created}, {status, createdFrom/createdTo, sort=created}.
         *
         *     For members of the organization; machines and assigned roles need the permission `user:read`. Its own refusals: `unsupported_filter`, `invalid_cursor`.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Add a user to the organization
         * @description Adds somebody who waits for whoever signs in with this verified e-mail address. The membership is pending until then, and shows the invitation only: whether the address is known already is not told, and `id` is the person's own once they have accepted, by their first login or `POST /v1/me/sync`. It is given then, if whoever added them could still give its role; otherwise it stays pending. The address gets an e-mail that says so. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes.
         *
         *     Needs the permission `member:invite`. Its own refusals: `already_member`, `invitation_pending`, `rank_too_low`, `cross_tenant_reference`, `external_id_taken`, `email_taken`.
         */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user of the organization
         * @description For members of the organization; machines and assigned roles need the permission `user:read`.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a user's profile
         * @description For members of the organization; machines and assigned roles need the permission `user:read`.
         */
        get: operations["getUserProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/clerk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive a message of Clerk's
         * @description People, organizations and memberships as they change at Clerk, signed by Svix (`svix-*` or `webhook-*` headers, the operator's `CLERK_WEBHOOK_SECRET`) within five minutes. A message is stored and worked on after the answer; one that is known already changes nothing. Messages in another order, or more than once, come to the same.
         */
        post: operations["receiveClerkWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive a message of Resend's
         * @description What became of an e-mail, signed by Svix (`svix-*` or `webhook-*` headers, the operator's `RESEND_WEBHOOK_SECRET`) within five minutes. An address that does not exist gets no e-mail any more; one whose person complained, none that can be turned off. A message is stored and worked on after the answer; one that is known already changes nothing.
         */
        post: operations["receiveResendWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The answer to “Accept an invitation”. */
        AcceptInvitationAnswer: {
            /** @description The caller's membership in the organization. */
            membership: {
                /**
                 * Format: int64
                 * @description When the member was banned; absent for members who are not. Milliseconds since the epoch.
                 */
                bannedAt?: number;
                /**
                 * Format: int64
                 * @description When the ban ends; absent for one that lasts. Milliseconds since the epoch.
                 */
                bannedUntil?: number;
                /**
                 * Format: int64
                 * @description When the row was made. Milliseconds since the epoch.
                 */
                createdAt: number;
                /**
                 * @description The user who made the row; absent where no person did.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                createdBy?: string;
                /**
                 * @description The site that the member is working at.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                currentSiteId?: string;
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                id: string;
                /**
                 * @description Who invited the person, or the owner of the API key that did; answers for the role while the membership is pending.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                invitedBy?: string;
                /**
                 * @description The API key that invited the person; absent where a person did.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                invitedByKeyId?: string;
                /**
                 * Format: email
                 * @description The address that was invited; whoever signs in with it, verified, takes the membership. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
                 * @example dana.okoye@example.com
                 */
                invitedEmail?: string;
                /**
                 * @description What the person was called in the invitation. No control characters, and no marks that change the direction of writing.
                 * @example Dana Okoye
                 */
                invitedName?: string;
                /**
                 * Format: int64
                 * @description When the person became an active member. Milliseconds since the epoch.
                 */
                joinedAt?: number;
                /**
                 * Format: int64
                 * @description When the member was last seen in the organization. Milliseconds since the epoch.
                 */
                lastActivityAt?: number;
                /**
                 * @description What an application keeps with the membership. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
                 * @example {
                 *       "costCenter": "4711"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
                /**
                 * @description The organization that the row belongs to.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
                 */
                organizationId: string;
                /**
                 * @description The member's role: a built-in one or one of the organization's own.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
                /**
                 * @description `key` of the member's role.
                 * @example member
                 */
                roleKey: string;
                /**
                 * @description `pending` until the person accepts; every request of an inactive member is refused.
                 * @enum {string}
                 */
                status: "active" | "inactive" | "pending";
                /**
                 * Format: int64
                 * @description When the row was last changed. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                updatedAt: number;
                /**
                 * @description The person who is a member.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            organization: components["schemas"]["Organization"];
        };
        /** @description What to send to accept an invitation. */
        AcceptInvitationBody: {
            /**
             * @description The token of the e-mail.
             * @example inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs
             */
            token: string;
        };
        /** @description What to send to add a member to a client. */
        AddClientMemberBody: {
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
            /**
             * @description The member of the organization.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description What to send to add a member to a team. */
        AddTeamMemberBody: {
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
            /**
             * @description The member of the organization.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description A device that checks in from a site, with a key of its own, which acts for no person. */
        Agent: {
            /**
             * Format: int32
             * @description Seconds to the next check-in, as the agent was last told; it is overdue after two of them.
             * @example 300
             */
            checkinIntervalSeconds?: number;
            /**
             * @description `offline` once a check-in is overdue.
             * @enum {string}
             */
            connectionStatus: "online" | "offline";
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description Whether the agent's key is taken; only a rotation ends `revoked`.
             * @enum {string}
             */
            credentialStatus: "active" | "revoked";
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The address the agent was last seen from.
             * @example 198.51.100.24
             */
            extAddress?: string;
            /**
             * @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.
             * @example 3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b
             */
            guid: string;
            /**
             * @description What the device calls itself in its network.
             * @example rooftop-pi-07
             */
            hostname: string;
            /**
             * @description Id of the agent.
             * @example cgjwvyesnv75prnhka59qmd547bvr5j4
             */
            id: string;
            /**
             * @description The address that the device has in its own network.
             * @example 192.0.2.7
             */
            ipAddress?: string;
            /**
             * Format: int64
             * @description When the agent last got a new key; absent while it has its first. Milliseconds since the epoch.
             */
            keyRotatedAt?: number;
            /**
             * Format: int64
             * @description When the agent last checked in; absent until it does. Milliseconds since the epoch.
             */
            lastCheckinAt?: number;
            /**
             * @description The hardware address of the device's network interface.
             * @example 02:42:ac:11:00:02
             */
            macAddress?: string;
            /**
             * @description What the device last told of itself. Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "osVersion": "Debian 13",
             *       "memoryGigabytes": 8
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The device's operating system.
             * @example linux
             * @enum {string}
             */
            platform: "windows" | "macos" | "linux" | "other";
            /**
             * Format: int64
             * @description When the device enrolled for the first time. Milliseconds since the epoch.
             */
            registeredAt: number;
            /**
             * @description The site that the device stands at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId: string;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: string[];
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description Version of the agent's program, as it last said.
             * @example 4.2.1
             */
            version: string;
        };
        /** @description A call that a device agent made, and how it went. */
        AgentApiLog: {
            /**
             * @description The agent that called.
             * @example cgjwvyesnv75prnhka59qmd547bvr5j4
             */
            agentId: string;
            /**
             * Format: int64
             * @description When the agent called. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description Path template of the call.
             * @example /v1/agents/check-in
             */
            endpoint: string;
            /**
             * @description What went wrong on the device, in the words of its report.
             * @example The disk is almost full.
             */
            errorMessage?: string;
            /**
             * Format: int64
             * @description When the row is removed: the organization's `apiLogRetentionDays` after the call. Milliseconds since the epoch.
             * @example 1771061400000
             */
            expiresAt: number;
            /**
             * @description Id that the call had in another system.
             * @example call-20417
             */
            externalId?: string;
            /**
             * @description Id of the agent API log.
             * @example e3tjc6shwatbxy16qtqhxrcfeqjm3e9z
             */
            id: string;
            /**
             * @description HTTP method of the call.
             * @example POST
             */
            method: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Id of the site in the PSA.
             * @example 2217
             */
            psaSiteId?: string;
            /**
             * @description What the request held, in short: names of facts and counts, no values.
             * @example {
             *       "facts": [
             *         "osVersion",
             *         "memoryGigabytes"
             *       ]
             *     }
             */
            reqMetadata?: unknown;
            /**
             * @description What the answer held, in short.
             * @example {
             *       "durationMs": 12
             *     }
             */
            resMetadata?: unknown;
            /**
             * @description Id of the device in the remote monitoring and management (RMM).
             * @example 88213
             */
            rmmDeviceId?: string;
            /**
             * @description The site of the agent at the time of the call.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId?: string;
            /**
             * Format: int32
             * @description HTTP status of the answer.
             * @example 200
             */
            statusCode: number;
            /**
             * @description Milliseconds that the answer took.
             * @example 12
             */
            timeElapsedMs?: number;
        };
        /** @description A page of a list, each row of it an agent API log. */
        AgentApiLogPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["AgentApiLog"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A token with which devices enrol themselves at one site. */
        AgentEnrollmentToken: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the token stops: 30 days after its creation unless given. Milliseconds since the epoch.
             * @example 1771061400000
             */
            expiresAt: number;
            /**
             * @description Id of the agent enrollment token.
             * @example ybahcmrcdj3v0y6snv2tzjrmhyrb1eee
             */
            id: string;
            /**
             * Format: int32
             * @description How many devices may enrol with it; absent for any number.
             * @example 25
             */
            maxUses?: number;
            /**
             * @description What the token is for, in words of who made it. No control characters, and no marks that change the direction of writing.
             * @example Rollout spring 2026
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * Format: int64
             * @description When the token was revoked; absent while it was not. Milliseconds since the epoch.
             */
            revokedAt?: number;
            /**
             * @description The site that devices enrol at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId: string;
            /**
             * @description How the token begins, to tell it from others.
             * @example enr_8dK2pT6w
             */
            tokenPrefix: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * Format: int32
             * @description How many devices have enrolled with it.
             */
            useCount: number;
        };
        /** @description A page of a list, each row of it an agent enrollment token. */
        AgentEnrollmentTokenPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["AgentEnrollmentToken"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A page of a list, each row of it an agent. */
        AgentPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Agent"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A catalogue of APIs (RFC 9727), as a set of links (RFC 9264). */
        ApiCatalog: {
            /** @description The APIs of the deployment: one. */
            linkset: {
                /**
                 * Format: uri
                 * @description The API.
                 */
                anchor: string;
                /** @description Its description for programs (RFC 8631). */
                "service-desc": {
                    /**
                     * Format: uri
                     * @description Where it leads.
                     */
                    href: string;
                    /** @description Its media type. */
                    type: string;
                }[];
                /** @description Its description for people (RFC 8631). */
                "service-doc": {
                    /**
                     * Format: uri
                     * @description Where it leads.
                     */
                    href: string;
                    /** @description Its media type. */
                    type: string;
                }[];
                /** @description Whether it answers (RFC 8631). */
                status: {
                    /**
                     * Format: uri
                     * @description Where it leads.
                     */
                    href: string;
                    /** @description Its media type. */
                    type: string;
                }[];
            }[];
        };
        /** @description A credential of a machine, with scopes of its own. It does no more than its owner may at the moment, and is suspended while its owner is no active member. */
        ApiKey: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the key stops; absent for one that does not expire. Milliseconds since the epoch.
             * @example 1776211200000
             */
            expiresAt?: number;
            /**
             * @description Id of the API key.
             * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
             */
            id: string;
            /**
             * @description How the key begins, to tell it from others.
             * @example sk_live_4fZ2kQ9x
             */
            keyPrefix: string;
            /**
             * Format: int64
             * @description When the key was last used, to the minute. Milliseconds since the epoch.
             */
            lastUsedAt?: number;
            /**
             * @description The address of the key's last use.
             * @example 203.0.113.7
             */
            lastUsedIp?: string;
            /**
             * @description What the key is for, in words of its owner. No control characters, and no marks that change the direction of writing.
             * @example Nightly export
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The person the key acts for, and never beyond: who created it, or has adopted it since.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId?: string;
            /**
             * Format: int64
             * @description When the key from before the last rotation stops; absent without a grace time. Milliseconds since the epoch.
             */
            previousKeyExpiresAt?: number;
            /**
             * Format: int64
             * @description When the key was revoked. Milliseconds since the epoch.
             */
            revokedAt?: number;
            /**
             * @description Permissions of the key, out of those that its creator had.
             * @example [
             *       "schedule:read"
             *     ]
             */
            scopes: string[];
            /**
             * @description Whether the key can still be used; `revoked` is final.
             * @enum {string}
             */
            status: "active" | "revoked";
            /**
             * @description Why the key is refused though it is active: what became of its owner. Computed at each read.
             * @enum {string}
             */
            suspension?: "owner_deleted" | "owner_inactive" | "not_a_member" | "membership_inactive" | "membership_banned";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it a API key. */
        ApiKeyPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ApiKey"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description Who did what, and when; written with every change and never changed itself. */
        AuditLog: {
            /**
             * @description What was done: `<resource>.<verb>`.
             * @example schedule.create
             */
            action: string;
            /**
             * @description What kind of caller acted.
             * @enum {string}
             */
            actorType: "user" | "apiKey" | "agent" | "system" | "webhook";
            /**
             * @description The device agent that acted; absent where none did.
             * @example cgjwvyesnv75prnhka59qmd547bvr5j4
             */
            agentId?: string;
            /**
             * @description The API key that acted; absent where none did.
             * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
             */
            apiKeyId?: string;
            /**
             * @description What changed. create: values; update: `{field: {from, to}}`; delete: last values. Secrets read `[redacted]`.
             * @example {
             *       "status": {
             *         "from": "draft",
             *         "to": "active"
             *       }
             *     }
             */
            changes?: unknown;
            /**
             * Format: int64
             * @description When it was done. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description Why it was refused or failed.
             * @example The permission schedule:update is missing.
             */
            errorMessage?: string;
            /**
             * Format: int64
             * @description When the row is removed: the organization's `auditRetentionDays` after it was written. Milliseconds since the epoch.
             * @example 1800005400000
             */
            expiresAt: number;
            /**
             * @description Id of the audit log.
             * @example 3y4bgc2vxz9k8kdk24rdypthbfgpgwcc
             */
            id: string;
            /**
             * @description Who acted in the person's name: the subject of the token's `act` claim (RFC 8693), at the identity provider; absent where the person did.
             * @example user_2support
             */
            impersonatedBy?: string;
            /**
             * @description The address that the request came from.
             * @example 203.0.113.7
             */
            ipAddress?: string;
            /**
             * @description What the operation adds, such as the reason that was given.
             * @example {
             *       "reason": "Rescheduled to next week."
             *     }
             */
            metadata?: unknown;
            /**
             * @description What became of the row; `access` where it was read or somebody was refused.
             * @enum {string}
             */
            operation: "create" | "update" | "delete" | "restore" | "purge" | "access" | "other";
            /**
             * @description The organization that the row belongs to; absent for what belongs to none.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId?: string;
            /**
             * @description Id of the row that it was about.
             * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
             */
            recordId?: string;
            /**
             * @description The `X-Request-Id` of the request.
             * @example 0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c
             */
            requestId?: string;
            /**
             * @description How it ended; `denied` where a right was missing.
             * @enum {string}
             */
            result: "success" | "error" | "denied";
            /**
             * @description The table of the row that it was about.
             * @example schedules
             */
            tableName?: string;
            /**
             * @description What the client called itself.
             * @example portico-sdk/0.1.0
             */
            userAgent?: string;
            /**
             * @description The person who acted, or for whom the API key did; absent for agents and the system.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string;
        };
        /** @description A page of a list, each row of it an audit log. */
        AuditLogPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["AuditLog"][];
            page: components["schemas"]["PageInfo"];
        };
        /**
         * @description Lists only rows whose `result` is this.
         * @enum {string}
         */
        AuditLogResult: "success" | "error" | "denied";
        /** @description Metadata of the authorization server (RFC 8414). */
        AuthorizationServer: {
            /** @description The grants that the token endpoint takes. */
            grant_types_supported: string[];
            /**
             * Format: uri
             * @description The `iss` of its tokens.
             */
            issuer: string;
            /**
             * Format: uri
             * @description Where the keys are that verify them.
             */
            jwks_uri: string;
            /** @description None: there is no authorization endpoint. */
            response_types_supported: string[];
            /** @description Scopes that a token can carry. */
            scopes_supported: string[];
            /**
             * Format: uri
             * @description The API reference.
             */
            service_documentation: string;
            /**
             * Format: uri
             * @description Where tokens are issued.
             */
            token_endpoint: string;
            /** @description Ways to send the key to the token endpoint. */
            token_endpoint_auth_methods_supported: string[];
        };
        /** @description What to send to ban a member. */
        BanMemberBody: {
            /**
             * @description Why, for those who may ban; the member does not see it.
             * @example Kept posting advertisements after two warnings.
             */
            reason: string;
            /**
             * Format: int64
             * @description When the ban ends; for good unless given. Milliseconds since the epoch.
             * @example 1771027200000
             */
            until?: number | undefined;
        };
        /** @description The answer to “Create up to 100 items”. */
        BatchCreateItemsAnswer: {
            /** @description The created rows, in the order of `items`. */
            data: components["schemas"]["Item"][];
        };
        /** @description What to send to create up to 100 items. */
        BatchCreateItemsBody: {
            /** @description The rows to create, each as its own creation takes it. */
            items: {
                /**
                 * @description What the item is, at length.
                 * @example Measures the water in the north basin.
                 */
                description?: string | undefined;
                /**
                 * @description What an integration keeps with the item. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
                 * @example {
                 *       "costCenter": "4711"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                } | undefined;
                /**
                 * @description What the item is called; several may have one name.
                 * @example Pressure sensor
                 * @example Flow meter
                 */
                name: string;
                /**
                 * @description A state in the organization's own words. `open` unless given.
                 * @example open
                 */
                status?: string | undefined;
                /**
                 * @description Words to find it by, 20 at most.
                 * @example [
                 *       "maintenance"
                 *     ]
                 */
                tags?: string[] | undefined;
            }[];
        };
        /** @description The answer to “Create up to 100 schedules”. */
        BatchCreateSchedulesAnswer: {
            /** @description The created rows, in the order of `items`. */
            data: components["schemas"]["Schedule"][];
        };
        /** @description What to send to create up to 100 schedules. */
        BatchCreateSchedulesBody: {
            /** @description The rows to create, each as its own creation takes it. */
            items: {
                /**
                 * @description What is to be done, at length.
                 * @example Replace the filters on the roof.
                 */
                description?: string | undefined;
                /**
                 * Format: int64
                 * @description When the work ends, after `startDate`. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                endDate: number;
                /**
                 * Format: int64
                 * @description When the work begins. Milliseconds since the epoch.
                 */
                startDate: number;
                /**
                 * @description How far the work is: a draft becomes active, what is active is completed, and both can be cancelled. `draft` unless given.
                 * @enum {string}
                 */
                status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
                /**
                 * @description What is to be done, in a line.
                 * @example Service the pumps
                 */
                title: string;
                /**
                 * @description Whose schedule it is; the caller's where a create names nobody.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            }[];
        };
        /** @description The answer to “Create up to 100 sites”. */
        BatchCreateSitesAnswer: {
            /** @description The created rows, in the order of `items`. */
            data: components["schemas"]["Site"][];
        };
        /** @description What to send to create up to 100 sites. */
        BatchCreateSitesBody: {
            /** @description The rows to create, each as its own creation takes it. */
            items: {
                /**
                 * @description What an integration keeps with the site. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
                 * @example {
                 *       "costCenter": "4711"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                } | undefined;
                /**
                 * @description What people call the site; several may have one name. No control characters, and no marks that change the direction of writing.
                 * @example Rotterdam depot
                 * @example Antwerp depot
                 */
                name: string;
                /**
                 * @description Id of the customer in the professional services automation (PSA).
                 * @example 10442
                 * @example 10443
                 */
                psaCompanyId?: string | undefined;
                /**
                 * @description Id of the customer's parent company in the PSA.
                 * @example 10400
                 */
                psaParentCompanyId?: string | undefined;
                /**
                 * @description The site's name in URLs, unique in the organization; made from the name unless given.
                 * @example rotterdam-depot
                 * @example antwerp-depot
                 */
                slug?: string | undefined;
                /**
                 * @description Devices enrol at active sites only; an archived one is kept for its history. `active` unless given.
                 * @enum {string}
                 */
                status?: ("active" | "inactive" | "archived") | undefined;
            }[];
        };
        /** @description What to send to cancel a schedule. */
        CancelScheduleBody: {
            /**
             * @description Why it is cancelled; kept in the audit trail.
             * @example Rescheduled to next week.
             */
            reason?: string | undefined;
        };
        /** @description The answer to “Check in as an agent”. */
        CheckInAgentAnswer: {
            /** @description What of the facts was left out and why, as in a problem's `errors`. */
            droppedFacts?: {
                /**
                 * @description What is wrong with it, for programs.
                 * @example too_deep
                 */
                code: string;
                /**
                 * @description What is wrong with it, for people.
                 * @example JSON may be nested 16 levels deep at most.
                 */
                message: string;
                /**
                 * @description JSON Pointer (RFC 6901) to the fact.
                 * @example /facts/disks
                 */
                pointer: string;
            }[];
            /**
             * Format: int32
             * @description Seconds from one check-in to the next.
             * @example 300
             */
            nextCheckinInSeconds: number;
            /**
             * Format: int64
             * @description The server's clock. Milliseconds since the epoch.
             */
            serverTime: number;
            /** @description What the organization has set for its agents. */
            settings: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in to the next.
                 * @example 300
                 */
                agentCheckinIntervalSeconds: number;
                /**
                 * @description IANA name of the time zone that the organization works in.
                 * @example Europe/Zurich
                 */
                timezone: string;
            };
        };
        /** @description What to send to check in as an agent. */
        CheckInAgentBody: {
            /**
             * @description What went wrong on the device since the last check-in.
             * @example [
             *       "The disk is almost full."
             *     ]
             */
            errors?: string[] | undefined;
            /**
             * @description What the device tells of itself, such as OS, CPU and disks, under any names. A fact that cannot be kept whole is left out and listed in `droppedFacts`: what `metadata` does not take, and what comes after 16384 bytes or 256 facts.
             * @example {
             *       "osVersion": "Debian 13",
             *       "memoryGigabytes": 8
             *     }
             */
            facts?: {
                [key: string]: unknown;
            } | undefined;
            /**
             * @description What the device calls itself in its network.
             * @example rooftop-pi-07
             */
            hostname?: string | undefined;
            /**
             * @description The address that the device has in its own network.
             * @example 192.0.2.7
             */
            ipAddress?: (string) | undefined;
            /**
             * @description Version of the agent's program, as it last said.
             * @example 4.2.1
             */
            version: string;
        };
        /** @description A message of Clerk's; its other members are read past. */
        ClerkMessage: {
            /** @description The user, organization or membership as it is now. */
            data: {
                [key: string]: unknown;
            };
            /**
             * Format: int64
             * @description When that happened, in milliseconds since the epoch.
             */
            timestamp?: number | undefined;
            /** @description What it tells of. */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** @description An account that the organization serves; its people see what is assigned to it. */
        Client: {
            /**
             * Format: email
             * @description Where the client is reached. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example office@harbour-foods.example
             */
            contactEmail?: string;
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description Id of the client.
             * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
             */
            id: string;
            /**
             * @description What an application keeps with the client. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "crmId": "HF-204"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the client, unique among the organization's clients. No control characters, and no marks that change the direction of writing.
             * @example Harbour Foods
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Whether the organization still works for the client.
             * @enum {string}
             */
            status: "active" | "archived";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A member of the organization with one of its clients; the role's rights hold for what is assigned to the client. */
        ClientMember: {
            /**
             * @description The client.
             * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
             */
            clientId: string;
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description Id of the client member.
             * @example 4tf9rkv89j1eth4dbxj7g03pf26584xk
             */
            id: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of that role.
             * @example developer
             */
            roleKey: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description The member of the organization.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description A page of a list, each row of it a client member. */
        ClientMemberPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ClientMember"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A page of a list, each row of it a client. */
        ClientPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Client"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description The answer to “Create an agent enrolment token”. */
        CreateAgentEnrollmentTokenAnswer: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the token stops: 30 days after its creation unless given. Milliseconds since the epoch.
             * @example 1771061400000
             */
            expiresAt: number;
            /**
             * @description Id of the agent enrollment token.
             * @example ybahcmrcdj3v0y6snv2tzjrmhyrb1eee
             */
            id: string;
            /**
             * Format: int32
             * @description How many devices may enrol with it; absent for any number.
             * @example 25
             */
            maxUses?: number;
            /**
             * @description What the token is for, in words of who made it. No control characters, and no marks that change the direction of writing.
             * @example Rollout spring 2026
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * Format: int64
             * @description When the token was revoked; absent while it was not. Milliseconds since the epoch.
             */
            revokedAt?: number;
            /**
             * @description The site that devices enrol at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId: string;
            /**
             * @description The token itself, shown this once. Neither a replayed answer nor that of a dry run has it.
             * @example enr_ExampleExample
             */
            token?: string;
            /**
             * @description How the token begins, to tell it from others.
             * @example enr_8dK2pT6w
             */
            tokenPrefix: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * Format: int32
             * @description How many devices have enrolled with it.
             */
            useCount: number;
        };
        /** @description What to send to create an agent enrolment token. */
        CreateAgentEnrollmentTokenBody: {
            /**
             * Format: int64
             * @description When the token stops: 30 days after its creation unless given. Milliseconds since the epoch.
             * @example 1771061400000
             */
            expiresAt?: number | undefined;
            /**
             * Format: int32
             * @description How many devices may enrol with it; absent for any number.
             * @example 25
             */
            maxUses?: number | undefined;
            /**
             * @description What the token is for, in words of who made it. No control characters, and no marks that change the direction of writing.
             * @example Rollout spring 2026
             */
            name: string;
            /**
             * @description The site that devices enrol at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId: string;
        };
        /** @description The answer to “Create an API key”. */
        CreateApiKeyAnswer: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the key stops; absent for one that does not expire. Milliseconds since the epoch.
             * @example 1776211200000
             */
            expiresAt?: number;
            /**
             * @description Id of the API key.
             * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
             */
            id: string;
            /**
             * @description The key itself, in the first answer only. Neither a replayed answer nor that of a dry run has it.
             * @example sk_live_ExampleExample
             */
            key?: string;
            /**
             * @description How the key begins, to tell it from others.
             * @example sk_live_4fZ2kQ9x
             */
            keyPrefix: string;
            /**
             * Format: int64
             * @description When the key was last used, to the minute. Milliseconds since the epoch.
             */
            lastUsedAt?: number;
            /**
             * @description The address of the key's last use.
             * @example 203.0.113.7
             */
            lastUsedIp?: string;
            /**
             * @description What the key is for, in words of its owner. No control characters, and no marks that change the direction of writing.
             * @example Nightly export
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The person the key acts for, and never beyond: who created it, or has adopted it since.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId?: string;
            /**
             * Format: int64
             * @description When the key from before the last rotation stops; absent without a grace time. Milliseconds since the epoch.
             */
            previousKeyExpiresAt?: number;
            /**
             * Format: int64
             * @description When the key was revoked. Milliseconds since the epoch.
             */
            revokedAt?: number;
            /**
             * @description Permissions of the key, out of those that its creator had.
             * @example [
             *       "schedule:read"
             *     ]
             */
            scopes: string[];
            /**
             * @description Whether the key can still be used; `revoked` is final.
             * @enum {string}
             */
            status: "active" | "revoked";
            /**
             * @description Why the key is refused though it is active: what became of its owner. Computed at each read.
             * @enum {string}
             */
            suspension?: "owner_deleted" | "owner_inactive" | "not_a_member" | "membership_inactive" | "membership_banned";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description What to send to create an API key. */
        CreateApiKeyBody: {
            /**
             * Format: int64
             * @description When the key stops; absent for one that does not expire. Milliseconds since the epoch.
             * @example 1776211200000
             */
            expiresAt?: number | undefined;
            /**
             * @description What the key is for, in words of its owner. No control characters, and no marks that change the direction of writing.
             * @example Nightly export
             */
            name: string;
            /**
             * @description Permissions of the key, out of those that its creator had.
             * @example [
             *       "schedule:read"
             *     ]
             */
            scopes: string[];
        };
        /** @description What to send to create a client. */
        CreateClientBody: {
            /**
             * Format: email
             * @description Where the client is reached. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example office@harbour-foods.example
             */
            contactEmail?: string | undefined;
            /**
             * @description What an application keeps with the client. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "crmId": "HF-204"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            /**
             * @description What people call the client, unique among the organization's clients. No control characters, and no marks that change the direction of writing.
             * @example Harbour Foods
             */
            name: string;
            /**
             * @description Whether the organization still works for the client.
             * @enum {string}
             */
            status?: ("active" | "archived") | undefined;
        };
        /** @description What to send to invite somebody by e-mail. */
        CreateInvitationBody: {
            /**
             * Format: email
             * @description The address that is invited; whoever has it verified can accept. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example sam.lindqvist@example.com
             */
            email: string;
            /**
             * Format: int64
             * @description When the invitation stops: 7 days after its creation unless given, an hour to 30 days ahead. Milliseconds since the epoch.
             * @example 1769077800000
             */
            expiresAt?: number | undefined;
            /**
             * @description The role that the person gets; absent once it was deleted for good.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
        };
        /** @description What to send to create an item. */
        CreateItemBody: {
            /**
             * @description What the item is, at length.
             * @example Measures the water in the north basin.
             */
            description?: string | undefined;
            /**
             * @description What an integration keeps with the item. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            /**
             * @description What the item is called; several may have one name.
             * @example Pressure sensor
             * @example Flow meter
             */
            name: string;
            /**
             * @description A state in the organization's own words. `open` unless given.
             * @example open
             */
            status?: string | undefined;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: string[] | undefined;
        };
        /** @description What to send to create an organization. */
        CreateOrganizationBody: {
            /**
             * @description The organization's id at the identity provider, unique in the deployment; set once, by the owner.
             * @example org_5bT1xW9
             */
            externalId?: string | undefined;
            /**
             * @description What an application keeps with the organization. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            /**
             * @description What people call the organization. No control characters, and no marks that change the direction of writing.
             * @example North Wind Energy
             */
            name: string;
            /** @description How the organization works; what is left out stays as it is, or at its default. */
            settings?: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in of an agent to the next; 300 at first.
                 * @example 300
                 */
                agentCheckinIntervalSeconds?: number | undefined;
                /**
                 * Format: int32
                 * @description Days for which calls of agents are kept; 30 at first.
                 * @example 30
                 */
                apiLogRetentionDays?: number | undefined;
                /**
                 * Format: int32
                 * @description Days for which the audit trail is kept; 365 at first.
                 * @example 365
                 */
                auditRetentionDays?: number | undefined;
                /**
                 * @description ISO 4217 code in lower case; `usd` at first.
                 * @example eur
                 */
                currency?: string | undefined;
                /**
                 * Format: int32
                 * @description Failed health checks in a row until something is down; 3 at first.
                 * @example 3
                 */
                healthDownThreshold?: number | undefined;
                /**
                 * @description IANA name of the time zone that the organization works in; `UTC` at first.
                 * @example Europe/Zurich
                 */
                timezone?: string | undefined;
                /**
                 * Format: int32
                 * @description Days for which the organization can be restored after its deletion; 30 at first.
                 * @example 30
                 */
                trashRetentionDays?: number | undefined;
            } | undefined;
            /**
             * @description The organization's name in URLs and in `Portico-Organization`, unique in the deployment; made from the name unless given.
             * @example north-wind-energy
             */
            slug?: string | undefined;
        };
        /** @description What to send to create a role. */
        CreateRoleBody: {
            /** @description Rights by areas of the product, beside `rights`. */
            areaPermissions?: {
                /**
                 * @description What the role may do in docks: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                docks?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in operations and their jobs: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                operations?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in projects: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                projects?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in resources and their health checks: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                resources?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in the organization, its members, roles and keys: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                settings?: ("full" | "read" | "none") | undefined;
            } | undefined;
            /**
             * @description What the role is for.
             * @example Plans and does the work on sites.
             */
            description?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            key?: string | undefined;
            /**
             * @description What people call the role, unique among the organization's roles. No control characters, and no marks that change the direction of writing.
             * @example Field engineer
             */
            name: string;
            /**
             * Format: int32
             * @description How high the role stands: members are managed by those of a higher rank.
             * @example 20
             */
            rank?: number | undefined;
            /**
             * @description Permissions of its holders: `<resource>:<action>`, with `:own` for their own rows only, `<resource>:*`, or `*` for all. Built-in roles have `:assigned` where a permission reaches what is assigned to their holders; a custom role reaches that by its `scope`.
             * @example [
             *       "schedule:read"
             *     ]
             */
            rights?: string[] | undefined;
            /**
             * @description Where the rights hold: in the whole organization, or, of teams, clients and what is assigned to them, for those that the member is with.
             * @enum {string}
             */
            scope?: ("organization" | "assigned") | undefined;
        };
        /** @description What to send to create a schedule. */
        CreateScheduleBody: {
            /**
             * @description What is to be done, at length.
             * @example Replace the filters on the roof.
             */
            description?: string | undefined;
            /**
             * Format: int64
             * @description When the work ends, after `startDate`. Milliseconds since the epoch.
             * @example 1768473000000
             */
            endDate: number;
            /**
             * Format: int64
             * @description When the work begins. Milliseconds since the epoch.
             */
            startDate: number;
            /**
             * @description How far the work is: a draft becomes active, what is active is completed, and both can be cancelled. `draft` unless given.
             * @enum {string}
             */
            status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
            /**
             * @description What is to be done, in a line.
             * @example Service the pumps
             */
            title: string;
            /**
             * @description Whose schedule it is; the caller's where a create names nobody.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string | undefined;
        };
        /** @description What to send to create a site. */
        CreateSiteBody: {
            /**
             * @description What an integration keeps with the site. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            /**
             * @description What people call the site; several may have one name. No control characters, and no marks that change the direction of writing.
             * @example Rotterdam depot
             * @example Antwerp depot
             */
            name: string;
            /**
             * @description Id of the customer in the professional services automation (PSA).
             * @example 10442
             * @example 10443
             */
            psaCompanyId?: string | undefined;
            /**
             * @description Id of the customer's parent company in the PSA.
             * @example 10400
             */
            psaParentCompanyId?: string | undefined;
            /**
             * @description The site's name in URLs, unique in the organization; made from the name unless given.
             * @example rotterdam-depot
             * @example antwerp-depot
             */
            slug?: string | undefined;
            /**
             * @description Devices enrol at active sites only; an archived one is kept for its history. `active` unless given.
             * @enum {string}
             */
            status?: ("active" | "inactive" | "archived") | undefined;
        };
        /** @description What to send to create a team. */
        CreateTeamBody: {
            /**
             * @description What the team does.
             * @example Keeps the wind farms of the north running.
             */
            description?: string | undefined;
            /**
             * @description What people call the team, unique among the organization's teams. No control characters, and no marks that change the direction of writing.
             * @example Field service
             */
            name: string;
        };
        /** @description What to send to create a todo. */
        CreateTodoBody: {
            /** @description Whether it is done. `false` unless given. */
            completed?: boolean | undefined;
            /**
             * @description What there is to do.
             * @example Order spare parts
             */
            text: string;
        };
        /** @description The answer to “Add a user to the organization”. */
        CreateUserAnswer: {
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example dana.okoye@example.com
             */
            email?: string;
            /**
             * @description Whether the identity provider has verified the address.
             * @example true
             */
            emailVerified: boolean;
            /**
             * @description The user's id at the identity provider.
             * @example idp_7Hq2Vx9
             */
            externalId?: string;
            /**
             * @description Id of the user.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            id: string;
            /**
             * Format: uri
             * @description A picture of the person.
             * @example https://example.com/pictures/dana.png
             */
            imageUrl?: string;
            /**
             * Format: int64
             * @description When the person became an active member. Milliseconds since the epoch.
             */
            joinedAt?: number;
            /**
             * Format: int64
             * @description When the person was last seen in any organization. Milliseconds since the epoch.
             */
            lastActivityAt?: number;
            /**
             * @description Id of the membership.
             * @example gg2yxsp79waqa9pzk49063rxzng68wtp
             */
            membershipId: string;
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name: string;
            /**
             * @description Id of the role.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of the member's role.
             * @example member
             */
            roleKey: string;
            /**
             * @description State of the membership: `pending` until the person accepts.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
        };
        /** @description What to send to add a user to the organization. */
        CreateUserBody: {
            /**
             * Format: email
             * @description The address to invite; whoever signs in with it, verified, takes the membership. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example sam.lindqvist@example.com
             */
            email: string;
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name?: string | undefined;
            /**
             * @description The member's role: a built-in one or one of the organization's own.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
        };
        /** @description The answer to “Decline an invitation”. */
        DeclineInvitationAnswer: {
            /**
             * Format: int64
             * @description When the invitation stops: 7 days after its creation unless given, an hour to 30 days ahead. Milliseconds since the epoch.
             * @example 1769077800000
             */
            expiresAt: number;
            /**
             * @description Id of the invitation.
             * @example kdy0vz89t7xwnkq3ar8j85x67ma67tth
             */
            id: string;
            /**
             * @description What the person who invites is called; absent for somebody who is no user any more.
             * @example Dana Okoye
             */
            invitedByName?: string;
            /**
             * @description The organization that invites.
             * @example North Wind Energy
             */
            organizationName: string;
            /**
             * @description The role that is offered; absent once it was deleted.
             * @example Member
             */
            roleName?: string;
            /**
             * @description Only a pending invitation can be accepted; `expired` from `expiresAt` on.
             * @enum {string}
             */
            status: "pending" | "accepted" | "declined" | "revoked" | "expired";
        };
        /** @description What to send to decline an invitation. */
        DeclineInvitationBody: {
            /**
             * @description The token of the e-mail.
             * @example inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs
             */
            token: string;
        };
        /** @description The answer to “Enrol a device”. */
        EnrollAgentAnswer: {
            /**
             * Format: int32
             * @description Seconds from one check-in to the next.
             * @example 300
             */
            checkinIntervalSeconds: number;
            /**
             * @description `offline` once a check-in is overdue.
             * @enum {string}
             */
            connectionStatus: "online" | "offline";
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description Whether the agent's key is taken; only a rotation ends `revoked`.
             * @enum {string}
             */
            credentialStatus: "active" | "revoked";
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The address the agent was last seen from.
             * @example 198.51.100.24
             */
            extAddress?: string;
            /**
             * @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.
             * @example 3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b
             */
            guid: string;
            /**
             * @description What the device calls itself in its network.
             * @example rooftop-pi-07
             */
            hostname: string;
            /**
             * @description Id of the agent.
             * @example cgjwvyesnv75prnhka59qmd547bvr5j4
             */
            id: string;
            /**
             * @description The address that the device has in its own network.
             * @example 192.0.2.7
             */
            ipAddress?: string;
            /**
             * @description The agent's key itself, shown this once. Neither a replayed answer nor that of a dry run has it.
             * @example agt_ExampleExample
             */
            key?: string;
            /**
             * Format: int64
             * @description When the agent last got a new key; absent while it has its first. Milliseconds since the epoch.
             */
            keyRotatedAt?: number;
            /**
             * Format: int64
             * @description When the agent last checked in; absent until it does. Milliseconds since the epoch.
             */
            lastCheckinAt?: number;
            /**
             * @description The hardware address of the device's network interface.
             * @example 02:42:ac:11:00:02
             */
            macAddress?: string;
            /**
             * @description What the device last told of itself. Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "osVersion": "Debian 13",
             *       "memoryGigabytes": 8
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The device's operating system.
             * @example linux
             * @enum {string}
             */
            platform: "windows" | "macos" | "linux" | "other";
            /**
             * Format: int64
             * @description When the device enrolled for the first time. Milliseconds since the epoch.
             */
            registeredAt: number;
            /**
             * @description The site that the device stands at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId: string;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: string[];
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description Version of the agent's program, as it last said.
             * @example 4.2.1
             */
            version: string;
        };
        /** @description What to send to enrol a device. */
        EnrollAgentBody: {
            /**
             * @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.
             * @example 3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b
             */
            guid: string;
            /**
             * @description What the device calls itself in its network.
             * @example rooftop-pi-07
             */
            hostname: string;
            /**
             * @description The address that the device has in its own network.
             * @example 192.0.2.7
             */
            ipAddress?: (string) | undefined;
            /**
             * @description The hardware address of the device's network interface.
             * @example 02:42:ac:11:00:02
             */
            macAddress?: string | undefined;
            /**
             * @description The device's operating system.
             * @example linux
             * @enum {string}
             */
            platform: "windows" | "macos" | "linux" | "other";
            /**
             * @description Version of the agent's program, as it last said.
             * @example 4.2.1
             */
            version: string;
        };
        /** @description The answer to “Get the current user”. */
        GetCurrentUserAnswer: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description The organization that requests act in unless they name another one.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            defaultOrganizationId?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example dana.okoye@example.com
             */
            email?: string;
            /**
             * @description Whether the identity provider has verified the address.
             * @example true
             */
            emailVerified: boolean;
            /**
             * @description The user's id at the identity provider.
             * @example idp_7Hq2Vx9
             */
            externalId?: string;
            /**
             * @description Id of the user.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            id: string;
            /**
             * Format: uri
             * @description A picture of the person.
             * @example https://example.com/pictures/dana.png
             */
            imageUrl?: string;
            /** @description Whether the person runs the deployment; no right in any organization. */
            isPlatformAdmin: boolean;
            /**
             * Format: int64
             * @description When the person was last seen in any organization. Milliseconds since the epoch.
             */
            lastActivityAt?: number;
            /** @description The caller's membership in the organization. */
            membership?: {
                /**
                 * Format: int64
                 * @description When the member was banned; absent for members who are not. Milliseconds since the epoch.
                 */
                bannedAt?: number;
                /**
                 * Format: int64
                 * @description When the ban ends; absent for one that lasts. Milliseconds since the epoch.
                 */
                bannedUntil?: number;
                /**
                 * Format: int64
                 * @description When the row was made. Milliseconds since the epoch.
                 */
                createdAt: number;
                /**
                 * @description The user who made the row; absent where no person did.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                createdBy?: string;
                /**
                 * @description The site that the member is working at.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                currentSiteId?: string;
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                id: string;
                /**
                 * @description Who invited the person, or the owner of the API key that did; answers for the role while the membership is pending.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                invitedBy?: string;
                /**
                 * @description The API key that invited the person; absent where a person did.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                invitedByKeyId?: string;
                /**
                 * Format: email
                 * @description The address that was invited; whoever signs in with it, verified, takes the membership. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
                 * @example dana.okoye@example.com
                 */
                invitedEmail?: string;
                /**
                 * @description What the person was called in the invitation. No control characters, and no marks that change the direction of writing.
                 * @example Dana Okoye
                 */
                invitedName?: string;
                /**
                 * Format: int64
                 * @description When the person became an active member. Milliseconds since the epoch.
                 */
                joinedAt?: number;
                /**
                 * Format: int64
                 * @description When the member was last seen in the organization. Milliseconds since the epoch.
                 */
                lastActivityAt?: number;
                /**
                 * @description What an application keeps with the membership. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
                 * @example {
                 *       "costCenter": "4711"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
                /**
                 * @description The organization that the row belongs to.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
                 */
                organizationId: string;
                /**
                 * @description The member's role: a built-in one or one of the organization's own.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
                /**
                 * @description `key` of the member's role.
                 * @example member
                 */
                roleKey: string;
                /**
                 * @description `pending` until the person accepts; every request of an inactive member is refused.
                 * @enum {string}
                 */
                status: "active" | "inactive" | "pending";
                /**
                 * Format: int64
                 * @description When the row was last changed. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                updatedAt: number;
                /**
                 * @description The person who is a member.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            /**
             * @description What an application keeps with the person. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name: string;
            /** @description The organization that requests act in; absent where the user is active in none. */
            organization?: components["schemas"]["Organization"];
            /** @description The user's role in `organization`. */
            role?: components["schemas"]["Role"];
            /**
             * @description `pending` until the first sign-in; every request of an inactive user is refused.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description The answer to “Get one's own rights”. */
        GetMyPermissionsAnswer: {
            /**
             * @description Id of the organization.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * Format: int64
             * @description How high the caller's role stands.
             * @example 20
             */
            rank: number;
            /**
             * @description Permissions, `:own` where one reaches only the caller's own rows, `:assigned` where it reaches only rows assigned to the caller.
             * @example [
             *       "schedule:read"
             *     ]
             */
            rights: string[];
            /**
             * @description `key` of the member's role.
             * @example member
             */
            roleKey?: string;
        };
        /** @description The answer to “Get one's own profile”. */
        GetMyProfileAnswer: {
            /**
             * @description What the person tells of themselves.
             * @example Keeps the pumps of three sites running.
             */
            bio?: string;
            /**
             * @description What others see the person as; the user's name until one is chosen. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            displayName: string;
            /**
             * @description Whose profile it is.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description The answer to “Get one's own settings”. */
        GetMySettingsAnswer: {
            /**
             * @description How the person has arranged the dashboard. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "columns": 2
             *     }
             */
            dashboardLayout?: {
                [key: string]: unknown;
            };
            /**
             * @description Whether the person wants e-mails about what others do that concerns them; true until chosen otherwise, and off by the unsubscribe link of one.
             * @example true
             */
            emailActivity?: boolean;
            /**
             * @description Language of the interface, a BCP 47 tag; `en` until one is chosen.
             * @example en-GB
             */
            locale?: string;
            /** @description Whether the person wants notifications; true until chosen otherwise. */
            notificationsEnabled: boolean;
            /**
             * @description Colours of the interface; `system` until one is chosen.
             * @enum {string}
             */
            theme: "light" | "dark" | "system";
            /**
             * @description IANA name of the time zone; `UTC` until one is chosen.
             * @example Europe/Zurich
             */
            timezone?: string;
            /**
             * @description Whose settings they are.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description The answer to “Get an organization by its slug”. */
        GetOrganizationBySlugAnswer: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The organization's id at the identity provider, unique in the deployment; set once, by the owner.
             * @example org_5bT1xW9
             */
            externalId?: string;
            /**
             * @description Id of the organization.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            id: string;
            /** @description Up to 20 active members; absent where the caller may not read users. */
            members?: {
                /**
                 * Format: email
                 * @description Absent until the identity provider has verified one; what it has not verified proves nothing. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
                 * @example dana.okoye@example.com
                 */
                email?: string;
                /**
                 * @description Whether the identity provider has verified the address.
                 * @example true
                 */
                emailVerified: boolean;
                /**
                 * @description The user's id at the identity provider.
                 * @example idp_7Hq2Vx9
                 */
                externalId?: string;
                /**
                 * @description Id of the user.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                id: string;
                /**
                 * Format: uri
                 * @description A picture of the person.
                 * @example https://example.com/pictures/dana.png
                 */
                imageUrl?: string;
                /**
                 * Format: int64
                 * @description When the person became an active member. Milliseconds since the epoch.
                 */
                joinedAt?: number;
                /**
                 * Format: int64
                 * @description When the person was last seen in any organization. Milliseconds since the epoch.
                 */
                lastActivityAt?: number;
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                membershipId: string;
                /**
                 * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
                 * @example Dana Okoye
                 */
                name: string;
                /**
                 * @description Id of the role.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
                /**
                 * @description `key` of the member's role.
                 * @example member
                 */
                roleKey: string;
                /**
                 * @description State of the membership: `pending` until the person accepts.
                 * @enum {string}
                 */
                status: "active" | "inactive" | "pending";
            }[];
            /**
             * @description What an application keeps with the organization. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the organization. No control characters, and no marks that change the direction of writing.
             * @example North Wind Energy
             */
            name: string;
            /**
             * @description The person who owns the organization, always an active member.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId: string;
            /**
             * Format: int64
             * @description When everything of a deleted organization is deleted for good; absent while it is not deleted. Milliseconds since the epoch.
             */
            purgeAfter?: number;
            /** @description How the organization works. */
            settings: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in of an agent to the next; 300 at first.
                 * @example 300
                 */
                agentCheckinIntervalSeconds: number;
                /**
                 * Format: int32
                 * @description Days for which calls of agents are kept; 30 at first.
                 * @example 30
                 */
                apiLogRetentionDays: number;
                /**
                 * Format: int32
                 * @description Days for which the audit trail is kept; 365 at first.
                 * @example 365
                 */
                auditRetentionDays: number;
                /**
                 * @description ISO 4217 code in lower case; `usd` at first.
                 * @example eur
                 */
                currency: string;
                /**
                 * Format: int32
                 * @description Failed health checks in a row until something is down; 3 at first.
                 * @example 3
                 */
                healthDownThreshold: number;
                /**
                 * @description IANA name of the time zone that the organization works in; `UTC` at first.
                 * @example Europe/Zurich
                 */
                timezone: string;
                /**
                 * Format: int32
                 * @description Days for which the organization can be restored after its deletion; 30 at first.
                 * @example 30
                 */
                trashRetentionDays: number;
            };
            /**
             * @description The organization's name in URLs and in `Portico-Organization`, unique in the deployment; made from the name unless given.
             * @example north-wind-energy
             */
            slug: string;
            /**
             * @description Requests to one that is not active are refused: `inactive` in the trash or shut down by the platform, `suspended` by the platform.
             * @enum {string}
             */
            status: "active" | "inactive" | "suspended";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description The answer to “Get an organization in numbers”. */
        GetOrganizationSummaryAnswer: {
            /** @description How many rows of a kind the organization has; those in the trash do not count. */
            counts: {
                /** @description Device agents. Absent where the caller may not read all of them. */
                agents?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description API keys that were not revoked. Absent where the caller may not read all of them. */
                apiKeys?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Invitations that wait for an answer. Absent where the caller may not read all of them. */
                invitations?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Items. Absent where the caller may not read all of them. */
                items?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Active members. Absent where the caller may not read all of them. */
                members?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Roles of the organization's own. Absent where the caller may not read all of them. */
                roles?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Schedules. Absent where the caller may not read all of them. */
                schedules?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Sites. Absent where the caller may not read all of them. */
                sites?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
                /** @description Todos. Absent where the caller may not read all of them. */
                todos?: {
                    /**
                     * Format: int32
                     * @description How many there are, or were counted.
                     */
                    count: number;
                    /** @description There are more than were counted: 1000 rows are, or fewer where rows are large. */
                    isCapped: boolean;
                };
            };
            /**
             * @description Id of the organization.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
        };
        /** @description The answer to “Get a site with its agents counted”. */
        GetSiteViewAnswer: {
            /** @description How many agents the site has, by connection; those in the trash do not count. */
            agents: {
                /** @description The site has more agents than were counted: both numbers are lower bounds. */
                isCapped: boolean;
                /**
                 * Format: int32
                 * @description Agents whose check-in is overdue.
                 */
                offline: number;
                /**
                 * Format: int32
                 * @description Agents that check in as they should.
                 */
                online: number;
            };
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description Id of the site.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            id: string;
            /**
             * @description What an integration keeps with the site. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the site; several may have one name. No control characters, and no marks that change the direction of writing.
             * @example Rotterdam depot
             * @example Antwerp depot
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Id of the customer in the professional services automation (PSA).
             * @example 10442
             * @example 10443
             */
            psaCompanyId?: string;
            /**
             * @description Id of the customer's parent company in the PSA.
             * @example 10400
             */
            psaParentCompanyId?: string;
            /**
             * @description The site's name in URLs, unique in the organization; made from the name unless given.
             * @example rotterdam-depot
             * @example antwerp-depot
             */
            slug: string;
            /**
             * @description Devices enrol at active sites only; an archived one is kept for its history.
             * @enum {string}
             */
            status: "active" | "inactive" | "archived";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description The answer to “Get a user of the organization”. */
        GetUserAnswer: {
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example dana.okoye@example.com
             */
            email?: string;
            /**
             * @description Whether the identity provider has verified the address.
             * @example true
             */
            emailVerified: boolean;
            /**
             * @description The user's id at the identity provider.
             * @example idp_7Hq2Vx9
             */
            externalId?: string;
            /**
             * @description Id of the user.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            id: string;
            /**
             * Format: uri
             * @description A picture of the person.
             * @example https://example.com/pictures/dana.png
             */
            imageUrl?: string;
            /**
             * Format: int64
             * @description When the person became an active member. Milliseconds since the epoch.
             */
            joinedAt?: number;
            /**
             * Format: int64
             * @description When the person was last seen in any organization. Milliseconds since the epoch.
             */
            lastActivityAt?: number;
            /**
             * @description Id of the membership.
             * @example gg2yxsp79waqa9pzk49063rxzng68wtp
             */
            membershipId: string;
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name: string;
            /**
             * @description Id of the role.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of the member's role.
             * @example member
             */
            roleKey: string;
            /**
             * @description State of the membership: `pending` until the person accepts.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
        };
        /** @description The answer to “Get a user's profile”. */
        GetUserProfileAnswer: {
            /**
             * @description What the person tells of themselves.
             * @example Keeps the pumps of three sites running.
             */
            bio?: string;
            /**
             * @description What others see the person as; the user's name until one is chosen. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            displayName: string;
            /**
             * @description Whose profile it is.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description That the deployment answers. */
        Health: {
            /**
             * @description Always `ok`: who cannot answer says nothing.
             * @enum {string}
             */
            status: "ok";
            /**
             * Format: int64
             * @description The server's clock. Milliseconds since the epoch.
             */
            time: number;
            /**
             * @description The version of the API in its paths.
             * @enum {string}
             */
            version: "v1";
        };
        /** @description What this is, and where to read on. */
        Home: {
            /**
             * Format: uri
             * @description The same as a catalogue of APIs.
             */
            catalog: string;
            /**
             * Format: uri
             * @description What all operations have in common.
             */
            conventions: string;
            /**
             * Format: uri
             * @description The API reference.
             */
            documentation: string;
            /**
             * Format: uri
             * @description Whether the deployment answers.
             */
            health: string;
            /** @description What the API is called. */
            name: string;
            /**
             * Format: uri
             * @description The OpenAPI document.
             */
            openapi: string;
            /**
             * Format: uri
             * @description The problem codes.
             */
            problems: string;
            /**
             * @description The version of the API in its paths.
             * @enum {string}
             */
            version: "v1";
        };
        /** @description An invitation by e-mail to become a member of the organization. */
        Invitation: {
            /**
             * Format: int64
             * @description When it was accepted. Milliseconds since the epoch.
             */
            acceptedAt?: number;
            /**
             * @description Who accepted it.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            acceptedBy?: string;
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: email
             * @description The address that is invited; whoever has it verified can accept. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example sam.lindqvist@example.com
             */
            email: string;
            /**
             * Format: int64
             * @description When the invitation stops: 7 days after its creation unless given, an hour to 30 days ahead. Milliseconds since the epoch.
             * @example 1769077800000
             */
            expiresAt: number;
            /**
             * @description Id of the invitation.
             * @example kdy0vz89t7xwnkq3ar8j85x67ma67tth
             */
            id: string;
            /**
             * @description Who answers for the invitation: the member who sent it last, or the owner of the API key that did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            invitedBy?: string;
            /**
             * @description The API key that sent it last; absent where a person did.
             * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
             */
            invitedByKeyId?: string;
            /**
             * Format: int64
             * @description When its newest e-mail was sent; absent until then. Milliseconds since the epoch.
             */
            lastSentAt?: number;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The role that the person gets; absent once it was deleted for good.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string;
            /**
             * Format: int32
             * @description How often it was sent; 5 times at most.
             * @example 1
             */
            sendCount: number;
            /**
             * @description Only a pending invitation can be accepted; `expired` from `expiresAt` on.
             * @enum {string}
             */
            status: "pending" | "accepted" | "declined" | "revoked" | "expired";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it an invitation. */
        InvitationPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Invitation"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A thing of the organization: the reference resource, which shows every plain operation. */
        Item: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description What the item is, at length.
             * @example Measures the water in the north basin.
             */
            description?: string;
            /**
             * @description Id of the item.
             * @example zwf50kj4272p06mc7pcrsws9eb4gpem8
             */
            id: string;
            /**
             * @description What an integration keeps with the item. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What the item is called; several may have one name.
             * @example Pressure sensor
             * @example Flow meter
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description A state in the organization's own words.
             * @example open
             */
            status: string;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: string[];
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it an item. */
        ItemPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Item"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description Public keys of the deployment's tokens (RFC 7517). */
        JsonWebKeySet: {
            /** @description The present key, and during a rotation the one before. */
            keys: {
                /**
                 * @description The algorithm that it verifies.
                 * @enum {string}
                 */
                alg: "ES256";
                /**
                 * @description The curve.
                 * @enum {string}
                 */
                crv: "P-256";
                /** @description Id of the key, as the header of tokens names it. */
                kid: string;
                /**
                 * @description Kind of key: elliptic curve.
                 * @enum {string}
                 */
                kty: "EC";
                /**
                 * @description What it is for: signatures.
                 * @enum {string}
                 */
                use: "sig";
                /** @description The x coordinate of the point, in base64url. */
                x: string;
                /** @description The y coordinate of the point, in base64url. */
                y: string;
            }[];
        };
        /** @description A page of a list, each row of it a client resource. */
        ListClientResourcesPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ListClientResourcesRow"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A row of the answer to “List what belongs to a client”. */
        ListClientResourcesRow: {
            /**
             * Format: int64
             * @description When it was created. Milliseconds since the epoch.
             * @example 1768204800000
             */
            createdAt: number;
            /**
             * @description Its id in its table.
             * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
             */
            id: string;
            /**
             * @description What it is called; of people, the `key` of their role there.
             * @example client
             */
            name?: string;
            /**
             * @description The table that it is a row of.
             * @enum {string}
             */
            resourceTable: "clientMemberships";
            /**
             * @description How it is doing, of what has a status.
             * @example active
             */
            status?: string;
            /**
             * Format: int64
             * @description When it was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it an invitation. */
        ListMyInvitationsPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ListMyInvitationsRow"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A row of the answer to “List the invitations to oneself”. */
        ListMyInvitationsRow: {
            /**
             * Format: int64
             * @description When the invitation stops: 7 days after its creation unless given, an hour to 30 days ahead. Milliseconds since the epoch.
             * @example 1769077800000
             */
            expiresAt: number;
            /**
             * @description Id of the invitation.
             * @example kdy0vz89t7xwnkq3ar8j85x67ma67tth
             */
            id: string;
            /**
             * @description What the person who invites is called; absent for somebody who is no user any more.
             * @example Dana Okoye
             */
            invitedByName?: string;
            /**
             * @description The organization that invites.
             * @example North Wind Energy
             */
            organizationName: string;
            /**
             * @description The role that is offered; absent once it was deleted.
             * @example Member
             */
            roleName?: string;
            /**
             * @description Only a pending invitation can be accepted; `expired` from `expiresAt` on.
             * @enum {string}
             */
            status: "pending" | "accepted" | "declined" | "revoked" | "expired";
        };
        /** @description A page of a list, each row of it a team. */
        ListMyTeamsPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ListMyTeamsRow"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A row of the answer to “List one's own teams”. */
        ListMyTeamsRow: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description What the team does.
             * @example Keeps the wind farms of the north running.
             */
            description?: string;
            /**
             * @description Id of the team.
             * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
             */
            id: string;
            /**
             * @description What people call the team, unique among the organization's teams. No control characters, and no marks that change the direction of writing.
             * @example Field service
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of that role.
             * @example developer
             */
            roleKey: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it an organization. */
        ListOrganizationsPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ListOrganizationsRow"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A row of the answer to “List one's own organizations”. */
        ListOrganizationsRow: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The organization's id at the identity provider, unique in the deployment; set once, by the owner.
             * @example org_5bT1xW9
             */
            externalId?: string;
            /**
             * @description Id of the organization.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            id: string;
            /**
             * @description What an application keeps with the organization. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the organization. No control characters, and no marks that change the direction of writing.
             * @example North Wind Energy
             */
            name: string;
            /**
             * @description The person who owns the organization, always an active member.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId: string;
            /**
             * Format: int64
             * @description When everything of a deleted organization is deleted for good; absent while it is not deleted. Milliseconds since the epoch.
             */
            purgeAfter?: number;
            /**
             * @description `key` of the member's role.
             * @example member
             */
            roleKey: string;
            /** @description How the organization works. */
            settings: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in of an agent to the next; 300 at first.
                 * @example 300
                 */
                agentCheckinIntervalSeconds: number;
                /**
                 * Format: int32
                 * @description Days for which calls of agents are kept; 30 at first.
                 * @example 30
                 */
                apiLogRetentionDays: number;
                /**
                 * Format: int32
                 * @description Days for which the audit trail is kept; 365 at first.
                 * @example 365
                 */
                auditRetentionDays: number;
                /**
                 * @description ISO 4217 code in lower case; `usd` at first.
                 * @example eur
                 */
                currency: string;
                /**
                 * Format: int32
                 * @description Failed health checks in a row until something is down; 3 at first.
                 * @example 3
                 */
                healthDownThreshold: number;
                /**
                 * @description IANA name of the time zone that the organization works in; `UTC` at first.
                 * @example Europe/Zurich
                 */
                timezone: string;
                /**
                 * Format: int32
                 * @description Days for which the organization can be restored after its deletion; 30 at first.
                 * @example 30
                 */
                trashRetentionDays: number;
            };
            /**
             * @description The organization's name in URLs and in `Portico-Organization`, unique in the deployment; made from the name unless given.
             * @example north-wind-energy
             */
            slug: string;
            /**
             * @description Requests to one that is not active are refused: `inactive` in the trash or shut down by the platform, `suspended` by the platform.
             * @enum {string}
             */
            status: "active" | "inactive" | "suspended";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description The answer to “List the permissions”. */
        ListPermissionsAnswer: {
            /** @description Every permission there is. */
            data: {
                /**
                 * @description What it lets its holder do.
                 * @example read
                 */
                action: string;
                /**
                 * @description The same in words.
                 * @example See schedules.
                 */
                description: string;
                /** @description May be a scope of an API key. */
                grantable: boolean;
                /**
                 * @description Its name, `<resource>:<action>`, as roles and API keys list it.
                 * @example schedule:read
                 */
                permission: string;
                /**
                 * @description What it is about.
                 * @example schedule
                 */
                resource: string;
                /** @description Built-in roles that have it. */
                roles: {
                    /**
                     * @description `key` of the role.
                     * @example member
                     */
                    key: string;
                    /**
                     * @description Whether it holds for all rows, for those assigned to the holder, or for the holder's own only.
                     * @enum {string}
                     */
                    reach: "all" | "assigned" | "own";
                }[];
            }[];
        };
        /** @description A page of a list, each row of it a site. */
        ListSitesViewPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ListSitesViewRow"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A row of the answer to “List sites with their agents counted”. */
        ListSitesViewRow: {
            /** @description How many agents the site has, by connection; those in the trash do not count. */
            agents: {
                /** @description The site has more agents than were counted: both numbers are lower bounds. */
                isCapped: boolean;
                /**
                 * Format: int32
                 * @description Agents whose check-in is overdue.
                 */
                offline: number;
                /**
                 * Format: int32
                 * @description Agents that check in as they should.
                 */
                online: number;
            };
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description Id of the site.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            id: string;
            /**
             * @description What an integration keeps with the site. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the site; several may have one name. No control characters, and no marks that change the direction of writing.
             * @example Rotterdam depot
             * @example Antwerp depot
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Id of the customer in the professional services automation (PSA).
             * @example 10442
             * @example 10443
             */
            psaCompanyId?: string;
            /**
             * @description Id of the customer's parent company in the PSA.
             * @example 10400
             */
            psaParentCompanyId?: string;
            /**
             * @description The site's name in URLs, unique in the organization; made from the name unless given.
             * @example rotterdam-depot
             * @example antwerp-depot
             */
            slug: string;
            /**
             * @description Devices enrol at active sites only; an archived one is kept for its history.
             * @enum {string}
             */
            status: "active" | "inactive" | "archived";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it a user. */
        ListUsersPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["ListUsersRow"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A row of the answer to “List the users of the organization”. */
        ListUsersRow: {
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example dana.okoye@example.com
             */
            email?: string;
            /**
             * @description Whether the identity provider has verified the address.
             * @example true
             */
            emailVerified: boolean;
            /**
             * @description The user's id at the identity provider.
             * @example idp_7Hq2Vx9
             */
            externalId?: string;
            /**
             * @description Id of the user.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            id: string;
            /**
             * Format: uri
             * @description A picture of the person.
             * @example https://example.com/pictures/dana.png
             */
            imageUrl?: string;
            /**
             * Format: int64
             * @description When the person became an active member. Milliseconds since the epoch.
             */
            joinedAt?: number;
            /**
             * Format: int64
             * @description When the person was last seen in any organization. Milliseconds since the epoch.
             */
            lastActivityAt?: number;
            /**
             * @description Id of the membership.
             * @example gg2yxsp79waqa9pzk49063rxzng68wtp
             */
            membershipId: string;
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name: string;
            /**
             * @description Id of the role.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of the member's role.
             * @example member
             */
            roleKey: string;
            /**
             * @description State of the membership: `pending` until the person accepts.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
        };
        /** @description A person in an organization, with a role. */
        Membership: {
            /**
             * Format: int64
             * @description When the member was banned; absent for members who are not. Milliseconds since the epoch.
             */
            bannedAt?: number;
            /**
             * Format: int64
             * @description When the ban ends; absent for one that lasts. Milliseconds since the epoch.
             */
            bannedUntil?: number;
            /**
             * @description Why the member was banned: an internal note for those who may ban.
             * @example Kept posting advertisements after two warnings.
             */
            banReason?: string;
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description The site that the member is working at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            currentSiteId?: string;
            /**
             * @description Id of the membership.
             * @example gg2yxsp79waqa9pzk49063rxzng68wtp
             */
            id: string;
            /**
             * @description Who invited the person, or the owner of the API key that did; answers for the role while the membership is pending.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            invitedBy?: string;
            /**
             * @description The API key that invited the person; absent where a person did.
             * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
             */
            invitedByKeyId?: string;
            /**
             * Format: email
             * @description The address that was invited; whoever signs in with it, verified, takes the membership. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example dana.okoye@example.com
             */
            invitedEmail?: string;
            /**
             * @description What the person was called in the invitation. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            invitedName?: string;
            /**
             * Format: int64
             * @description When the person became an active member. Milliseconds since the epoch.
             */
            joinedAt?: number;
            /**
             * Format: int64
             * @description When the member was last seen in the organization. Milliseconds since the epoch.
             */
            lastActivityAt?: number;
            /**
             * @description What an application keeps with the membership. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The member's role: a built-in one or one of the organization's own.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of the member's role.
             * @example member
             */
            roleKey: string;
            /**
             * @description `pending` until the person accepts; every request of an inactive member is refused.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description The person who is a member.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description A page of a list, each row of it a membership. */
        MembershipPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Membership"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A refusal of the token endpoint (RFC 6749, 5.2). */
        OAuthError: {
            /**
             * @description What is wrong, for programs.
             * @enum {string}
             */
            error: "dry_run_unsupported" | "invalid_client" | "invalid_request" | "invalid_scope" | "temporarily_unavailable" | "unauthorized_client" | "unsupported_grant_type";
            /** @description What is wrong, for people. */
            error_description: string;
        };
        /** @description A tenant: every other row belongs to one. */
        Organization: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The organization's id at the identity provider, unique in the deployment; set once, by the owner.
             * @example org_5bT1xW9
             */
            externalId?: string;
            /**
             * @description Id of the organization.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            id: string;
            /**
             * @description What an application keeps with the organization. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the organization. No control characters, and no marks that change the direction of writing.
             * @example North Wind Energy
             */
            name: string;
            /**
             * @description The person who owns the organization, always an active member.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId: string;
            /**
             * Format: int64
             * @description When everything of a deleted organization is deleted for good; absent while it is not deleted. Milliseconds since the epoch.
             */
            purgeAfter?: number;
            /** @description How the organization works. */
            settings: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in of an agent to the next; 300 at first.
                 * @example 300
                 */
                agentCheckinIntervalSeconds: number;
                /**
                 * Format: int32
                 * @description Days for which calls of agents are kept; 30 at first.
                 * @example 30
                 */
                apiLogRetentionDays: number;
                /**
                 * Format: int32
                 * @description Days for which the audit trail is kept; 365 at first.
                 * @example 365
                 */
                auditRetentionDays: number;
                /**
                 * @description ISO 4217 code in lower case; `usd` at first.
                 * @example eur
                 */
                currency: string;
                /**
                 * Format: int32
                 * @description Failed health checks in a row until something is down; 3 at first.
                 * @example 3
                 */
                healthDownThreshold: number;
                /**
                 * @description IANA name of the time zone that the organization works in; `UTC` at first.
                 * @example Europe/Zurich
                 */
                timezone: string;
                /**
                 * Format: int32
                 * @description Days for which the organization can be restored after its deletion; 30 at first.
                 * @example 30
                 */
                trashRetentionDays: number;
            };
            /**
             * @description The organization's name in URLs and in `Portico-Organization`, unique in the deployment; made from the name unless given.
             * @example north-wind-energy
             */
            slug: string;
            /**
             * @description Requests to one that is not active are refused: `inactive` in the trash or shut down by the platform, `suspended` by the platform.
             * @enum {string}
             */
            status: "active" | "inactive" | "suspended";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description Where a page of a list ends. */
        PageInfo: {
            /**
             * @description Whether another page follows.
             * @example true
             */
            hasMore: boolean;
            /**
             * Format: int32
             * @description How many rows a page may hold, as asked for.
             * @example 25
             */
            limit: number;
            /**
             * @description The next page's `cursor`; null on the last page.
             * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
             */
            nextCursor: string | null;
        };
        /** @description Problem details (RFC 9457). Branch on `code`; `type` is a page that explains it. */
        Problem: {
            /** @description Stable; each operation names those it may answer with. */
            code: string;
            /** @description What went wrong this time. */
            detail: string;
            /** @description Faults inside the request, where there are such. */
            errors?: components["schemas"]["ProblemFault"][];
            /** @description The request's `X-Request-Id`, to quote in reports. */
            requestId: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What the code means, the same every time. */
            title: string;
            /**
             * Format: uri-reference
             * @description Page of the code on this deployment.
             */
            type: string;
        };
        /** @description A problem code, explained. */
        ProblemEntry: {
            /** @description The code, as problems carry it. */
            code: string;
            /** @description What the caller can do about it. */
            mend: string;
            /**
             * Format: int32
             * @description The HTTP status that it usually comes with.
             */
            status: number;
            /** @description What it means, in a line. */
            title: string;
            /**
             * Format: uri
             * @description Its page, and the `type` of its problems.
             */
            type: string;
        };
        /** @description One fault inside a request. */
        ProblemFault: {
            /** @description What is wrong there, for programs. */
            code: string;
            /** @description What is wrong there, for people. */
            message: string;
            /** @description JSON Pointer (RFC 6901) to the field. */
            pointer: string;
        };
        /** @description Every problem code of the deployment. */
        ProblemIndex: {
            /** @description The codes, in order. */
            problems: components["schemas"]["ProblemEntry"][];
        };
        /** @description Metadata of the protected resource (RFC 9728). */
        ProtectedResource: {
            /** @description Issuers whose tokens the API takes. */
            authorization_servers: string[];
            /** @description Ways to send a token: the `Authorization` header. */
            bearer_methods_supported: string[];
            /**
             * Format: uri
             * @description The API, as the audience of tokens.
             */
            resource: string;
            /**
             * Format: uri
             * @description The API reference.
             */
            resource_documentation: string;
            /** @description What the API is called. */
            resource_name: string;
            /** @description Scopes that a token can carry. */
            scopes_supported: string[];
        };
        /** @description The answer to “Purge a deleted organization”. */
        PurgeOrganizationAnswer: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The organization's id at the identity provider, unique in the deployment; set once, by the owner.
             * @example org_5bT1xW9
             */
            externalId?: string;
            /**
             * @description Id of the organization.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            id: string;
            /**
             * @description The job that purges the organization.
             * @example wajfe3qxb29wk7fpa8vxebqr80j38qkf
             */
            jobId: string;
            /**
             * @description What an application keeps with the organization. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the organization. No control characters, and no marks that change the direction of writing.
             * @example North Wind Energy
             */
            name: string;
            /**
             * @description The person who owns the organization, always an active member.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId: string;
            /**
             * Format: int64
             * @description When everything of a deleted organization is deleted for good; absent while it is not deleted. Milliseconds since the epoch.
             */
            purgeAfter?: number;
            /** @description How the organization works. */
            settings: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in of an agent to the next; 300 at first.
                 * @example 300
                 */
                agentCheckinIntervalSeconds: number;
                /**
                 * Format: int32
                 * @description Days for which calls of agents are kept; 30 at first.
                 * @example 30
                 */
                apiLogRetentionDays: number;
                /**
                 * Format: int32
                 * @description Days for which the audit trail is kept; 365 at first.
                 * @example 365
                 */
                auditRetentionDays: number;
                /**
                 * @description ISO 4217 code in lower case; `usd` at first.
                 * @example eur
                 */
                currency: string;
                /**
                 * Format: int32
                 * @description Failed health checks in a row until something is down; 3 at first.
                 * @example 3
                 */
                healthDownThreshold: number;
                /**
                 * @description IANA name of the time zone that the organization works in; `UTC` at first.
                 * @example Europe/Zurich
                 */
                timezone: string;
                /**
                 * Format: int32
                 * @description Days for which the organization can be restored after its deletion; 30 at first.
                 * @example 30
                 */
                trashRetentionDays: number;
            };
            /**
             * @description The organization's name in URLs and in `Portico-Organization`, unique in the deployment; made from the name unless given.
             * @example north-wind-energy
             */
            slug: string;
            /**
             * @description Requests to one that is not active are refused: `inactive` in the trash or shut down by the platform, `suspended` by the platform.
             * @enum {string}
             */
            status: "active" | "inactive" | "suspended";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description What to send to purge a deleted organization. */
        PurgeOrganizationBody: {
            /**
             * @description The organization's slug, to show that it is the one that is meant.
             * @example north-wind-energy
             */
            confirmSlug: string;
        };
        /** @description A message of Resend's; its other members are read past. */
        ResendMessage: {
            /** @description The e-mail that it tells of, with the tags that it was sent with. */
            data: {
                [key: string]: unknown;
            };
            /** @description What it tells of. */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /** @description What to send to restore a client. */
        RestoreClientBody: {
            /**
             * @description What people call the client, unique among the organization's clients. No control characters, and no marks that change the direction of writing.
             * @example Harbour Foods
             */
            name?: string | undefined;
        };
        /** @description What to send to restore a role. */
        RestoreRoleBody: {
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            key?: string | undefined;
            /**
             * @description What people call the role, unique among the organization's roles. No control characters, and no marks that change the direction of writing.
             * @example Field engineer
             */
            name?: string | undefined;
        };
        /** @description What to send to restore a site. */
        RestoreSiteBody: {
            /**
             * @description The site's name in URLs, unique in the organization; made from the name unless given.
             * @example rotterdam-depot
             * @example antwerp-depot
             */
            slug?: string | undefined;
        };
        /** @description What to send to restore a team. */
        RestoreTeamBody: {
            /**
             * @description What people call the team, unique among the organization's teams. No control characters, and no marks that change the direction of writing.
             * @example Field service
             */
            name?: string | undefined;
        };
        /** @description A set of rights: a built-in one, or one of the organization's own. */
        Role: {
            /** @description Rights by areas of the product, beside `rights`. */
            areaPermissions?: {
                /**
                 * @description What the role may do in docks: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                docks?: "full" | "read" | "none";
                /**
                 * @description What the role may do in operations and their jobs: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                operations?: "full" | "read" | "none";
                /**
                 * @description What the role may do in projects: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                projects?: "full" | "read" | "none";
                /**
                 * @description What the role may do in resources and their health checks: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                resources?: "full" | "read" | "none";
                /**
                 * @description What the role may do in the organization, its members, roles and keys: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                settings?: "full" | "read" | "none";
            };
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description What the role is for.
             * @example Plans and does the work on sites.
             */
            description?: string;
            /**
             * @description Id of the role.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            id: string;
            /** @description True for the built-in roles, which are the same everywhere and cannot be changed. */
            isSystem: boolean;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            key: string;
            /**
             * @description What people call the role, unique among the organization's roles. No control characters, and no marks that change the direction of writing.
             * @example Field engineer
             */
            name: string;
            /**
             * @description The organization that the row belongs to; absent for what belongs to none.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId?: string;
            /**
             * Format: int32
             * @description How high the role stands: members are managed by those of a higher rank.
             * @example 20
             */
            rank: number;
            /**
             * @description Permissions of its holders: `<resource>:<action>`, with `:own` for their own rows only, `<resource>:*`, or `*` for all. Built-in roles have `:assigned` where a permission reaches what is assigned to their holders; a custom role reaches that by its `scope`.
             * @example [
             *       "schedule:read"
             *     ]
             */
            rights: string[];
            /**
             * @description Where the rights hold: in the whole organization, or, of teams, clients and what is assigned to them, for those that the member is with.
             * @enum {string}
             */
            scope: "organization" | "assigned";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it a role. */
        RolePage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Role"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description The answer to “Rotate an agent's key”. */
        RotateAgentKeyAnswer: {
            /**
             * Format: int32
             * @description Seconds to the next check-in, as the agent was last told; it is overdue after two of them.
             * @example 300
             */
            checkinIntervalSeconds?: number;
            /**
             * @description `offline` once a check-in is overdue.
             * @enum {string}
             */
            connectionStatus: "online" | "offline";
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description Whether the agent's key is taken; only a rotation ends `revoked`.
             * @enum {string}
             */
            credentialStatus: "active" | "revoked";
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description The address the agent was last seen from.
             * @example 198.51.100.24
             */
            extAddress?: string;
            /**
             * @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.
             * @example 3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b
             */
            guid: string;
            /**
             * @description What the device calls itself in its network.
             * @example rooftop-pi-07
             */
            hostname: string;
            /**
             * @description Id of the agent.
             * @example cgjwvyesnv75prnhka59qmd547bvr5j4
             */
            id: string;
            /**
             * @description The address that the device has in its own network.
             * @example 192.0.2.7
             */
            ipAddress?: string;
            /**
             * @description The agent's key itself, shown this once. Neither a replayed answer nor that of a dry run has it.
             * @example agt_ExampleExample
             */
            key?: string;
            /**
             * Format: int64
             * @description When the agent last got a new key; absent while it has its first. Milliseconds since the epoch.
             */
            keyRotatedAt?: number;
            /**
             * Format: int64
             * @description When the agent last checked in; absent until it does. Milliseconds since the epoch.
             */
            lastCheckinAt?: number;
            /**
             * @description The hardware address of the device's network interface.
             * @example 02:42:ac:11:00:02
             */
            macAddress?: string;
            /**
             * @description What the device last told of itself. Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "osVersion": "Debian 13",
             *       "memoryGigabytes": 8
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The device's operating system.
             * @example linux
             * @enum {string}
             */
            platform: "windows" | "macos" | "linux" | "other";
            /**
             * Format: int64
             * @description When the device enrolled for the first time. Milliseconds since the epoch.
             */
            registeredAt: number;
            /**
             * @description The site that the device stands at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId: string;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: string[];
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description Version of the agent's program, as it last said.
             * @example 4.2.1
             */
            version: string;
        };
        /** @description The answer to “Rotate an API key”. */
        RotateApiKeyAnswer: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the key stops; absent for one that does not expire. Milliseconds since the epoch.
             * @example 1776211200000
             */
            expiresAt?: number;
            /**
             * @description Id of the API key.
             * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
             */
            id: string;
            /**
             * @description The key itself, in the first answer only. Neither a replayed answer nor that of a dry run has it.
             * @example sk_live_ExampleExample
             */
            key?: string;
            /**
             * @description How the key begins, to tell it from others.
             * @example sk_live_4fZ2kQ9x
             */
            keyPrefix: string;
            /**
             * Format: int64
             * @description When the key was last used, to the minute. Milliseconds since the epoch.
             */
            lastUsedAt?: number;
            /**
             * @description The address of the key's last use.
             * @example 203.0.113.7
             */
            lastUsedIp?: string;
            /**
             * @description What the key is for, in words of its owner. No control characters, and no marks that change the direction of writing.
             * @example Nightly export
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description The person the key acts for, and never beyond: who created it, or has adopted it since.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId?: string;
            /**
             * Format: int64
             * @description When the key from before the last rotation stops; absent without a grace time. Milliseconds since the epoch.
             */
            previousKeyExpiresAt?: number;
            /**
             * Format: int64
             * @description When the key was revoked. Milliseconds since the epoch.
             */
            revokedAt?: number;
            /**
             * @description Permissions of the key, out of those that its creator had.
             * @example [
             *       "schedule:read"
             *     ]
             */
            scopes: string[];
            /**
             * @description Whether the key can still be used; `revoked` is final.
             * @enum {string}
             */
            status: "active" | "revoked";
            /**
             * @description Why the key is refused though it is active: what became of its owner. Computed at each read.
             * @enum {string}
             */
            suspension?: "owner_deleted" | "owner_inactive" | "not_a_member" | "membership_inactive" | "membership_banned";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description What to send to rotate an API key. */
        RotateApiKeyBody: {
            /**
             * Format: int32
             * @description Seconds for which the old key goes on. `0` unless given.
             * @example 3600
             */
            graceSeconds?: number | undefined;
        };
        /** @description Planned work of a user, from draft to completion. */
        Schedule: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description What is to be done, at length.
             * @example Replace the filters on the roof.
             */
            description?: string;
            /**
             * Format: int64
             * @description When the work ends, after `startDate`. Milliseconds since the epoch.
             * @example 1768473000000
             */
            endDate: number;
            /**
             * @description Id of the schedule.
             * @example ettj0vr27ryy4ksc571ve800xdak5gxg
             */
            id: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * Format: int64
             * @description When the work begins. Milliseconds since the epoch.
             */
            startDate: number;
            /**
             * @description How far the work is: a draft becomes active, what is active is completed, and both can be cancelled.
             * @enum {string}
             */
            status: "draft" | "active" | "completed" | "cancelled";
            /**
             * @description What is to be done, in a line.
             * @example Service the pumps
             */
            title: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description Whose schedule it is; the caller's where a create names nobody.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description A page of a list, each row of it a schedule. */
        SchedulePage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Schedule"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description What to send to set an organization's status. */
        SetOrganizationStatusBody: {
            /**
             * @description Why, for the organization's audit trail.
             * @example The last three bills were not paid.
             */
            reason: string;
            /**
             * @description Requests to one that is not active are refused: `inactive` in the trash or shut down by the platform, `suspended` by the platform.
             * @enum {string}
             */
            status: "active" | "inactive" | "suspended";
        };
        /** @description A place, often a customer's, where device agents run. */
        Site: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description Id of the site.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            id: string;
            /**
             * @description What an integration keeps with the site. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description What people call the site; several may have one name. No control characters, and no marks that change the direction of writing.
             * @example Rotterdam depot
             * @example Antwerp depot
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Id of the customer in the professional services automation (PSA).
             * @example 10442
             * @example 10443
             */
            psaCompanyId?: string;
            /**
             * @description Id of the customer's parent company in the PSA.
             * @example 10400
             */
            psaParentCompanyId?: string;
            /**
             * @description The site's name in URLs, unique in the organization; made from the name unless given.
             * @example rotterdam-depot
             * @example antwerp-depot
             */
            slug: string;
            /**
             * @description Devices enrol at active sites only; an archived one is kept for its history.
             * @enum {string}
             */
            status: "active" | "inactive" | "archived";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it a site. */
        SitePage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Site"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description The answer to “Switch the default organization”. */
        SwitchOrganizationAnswer: {
            /** @description The caller's membership in the organization. */
            membership: {
                /**
                 * Format: int64
                 * @description When the member was banned; absent for members who are not. Milliseconds since the epoch.
                 */
                bannedAt?: number;
                /**
                 * Format: int64
                 * @description When the ban ends; absent for one that lasts. Milliseconds since the epoch.
                 */
                bannedUntil?: number;
                /**
                 * Format: int64
                 * @description When the row was made. Milliseconds since the epoch.
                 */
                createdAt: number;
                /**
                 * @description The user who made the row; absent where no person did.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                createdBy?: string;
                /**
                 * @description The site that the member is working at.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                currentSiteId?: string;
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                id: string;
                /**
                 * @description Who invited the person, or the owner of the API key that did; answers for the role while the membership is pending.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                invitedBy?: string;
                /**
                 * @description The API key that invited the person; absent where a person did.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                invitedByKeyId?: string;
                /**
                 * Format: email
                 * @description The address that was invited; whoever signs in with it, verified, takes the membership. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
                 * @example dana.okoye@example.com
                 */
                invitedEmail?: string;
                /**
                 * @description What the person was called in the invitation. No control characters, and no marks that change the direction of writing.
                 * @example Dana Okoye
                 */
                invitedName?: string;
                /**
                 * Format: int64
                 * @description When the person became an active member. Milliseconds since the epoch.
                 */
                joinedAt?: number;
                /**
                 * Format: int64
                 * @description When the member was last seen in the organization. Milliseconds since the epoch.
                 */
                lastActivityAt?: number;
                /**
                 * @description What an application keeps with the membership. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
                 * @example {
                 *       "costCenter": "4711"
                 *     }
                 */
                metadata?: {
                    [key: string]: unknown;
                };
                /**
                 * @description The organization that the row belongs to.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
                 */
                organizationId: string;
                /**
                 * @description The member's role: a built-in one or one of the organization's own.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
                /**
                 * @description `key` of the member's role.
                 * @example member
                 */
                roleKey: string;
                /**
                 * @description `pending` until the person accepts; every request of an inactive member is refused.
                 * @enum {string}
                 */
                status: "active" | "inactive" | "pending";
                /**
                 * Format: int64
                 * @description When the row was last changed. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                updatedAt: number;
                /**
                 * @description The person who is a member.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            organization: components["schemas"]["Organization"];
        };
        /** @description What to send to switch the default organization. */
        SwitchOrganizationBody: {
            /**
             * @description Id or slug of the organization.
             * @example north-wind-energy
             */
            organizationId?: string | undefined;
            /**
             * @description Slug of the organization.
             * @example north-wind-energy
             */
            slug?: string | undefined;
        };
        /** @description People of the organization who share work; what is assigned to a team is assigned to each of them. */
        Team: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * @description What the team does.
             * @example Keeps the wind farms of the north running.
             */
            description?: string;
            /**
             * @description Id of the team.
             * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
             */
            id: string;
            /**
             * @description What people call the team, unique among the organization's teams. No control characters, and no marks that change the direction of writing.
             * @example Field service
             */
            name: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A member of the organization in one of its teams; the role's rights hold for what is assigned to the team. */
        TeamMember: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description Id of the team member.
             * @example 19kz9qtd0ejv2g4mzfjf8sbjvm7sdwgt
             */
            id: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId: string;
            /**
             * @description `key` of that role.
             * @example developer
             */
            roleKey: string;
            /**
             * @description The team.
             * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
             */
            teamId: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
            /**
             * @description The member of the organization.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description A page of a list, each row of it a team member. */
        TeamMemberPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["TeamMember"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A page of a list, each row of it a team. */
        TeamPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Team"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description A small thing to do. */
        Todo: {
            /** @description Whether it is done. */
            completed: boolean;
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description Id of the todo.
             * @example 8qe70pkzrcs65g03w4thpkb8eephjzam
             */
            id: string;
            /**
             * @description The organization that the row belongs to.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            organizationId: string;
            /**
             * @description What there is to do.
             * @example Order spare parts
             */
            text: string;
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description A page of a list, each row of it a todo. */
        TodoPage: {
            /** @description The rows of the page, in the order that was asked for. */
            data: components["schemas"]["Todo"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @description An access token (RFC 6749, 5.1). */
        Token: {
            /** @description A JWT, signed with ES256. */
            access_token: string;
            /**
             * Format: int32
             * @description Seconds for which it is taken.
             */
            expires_in: number;
            /** @description The scopes that it carries, a space between them. */
            scope: string;
            /**
             * @description How to send it: `Authorization: Bearer …`.
             * @enum {string}
             */
            token_type: "Bearer";
        };
        /** @description What to send for an access token (RFC 6749, 4.4). */
        TokenRequest: {
            /** @description Any name; the secret alone says who calls. */
            client_id?: string | undefined;
            /**
             * Format: password
             * @description An API key or agent key, unless it is sent by HTTP Basic.
             */
            client_secret?: string | undefined;
            /**
             * @description The one grant that is taken.
             * @enum {string}
             */
            grant_type: "client_credentials";
            /** @description Scopes with a space between them; all that the key holds unless given. */
            scope?: string | undefined;
        };
        /** @description What to send to transfer the ownership of an organization. */
        TransferOwnershipBody: {
            /**
             * @description The new owner: an active member of the organization.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description What a mail provider sends for a click, or the page's button (RFC 8058). */
        UnsubscribeForm: {
            /**
             * @description Says that it is meant.
             * @enum {string}
             */
            "List-Unsubscribe": "One-Click";
        };
        /** @description What to send to update an agent. */
        UpdateAgentBody: {
            /**
             * @description What the device last told of itself. Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "osVersion": "Debian 13",
             *       "memoryGigabytes": 8
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description The site that the device stands at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            siteId?: string | undefined;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: (string[] | null) | undefined;
        };
        /** @description What to send to update an API key. */
        UpdateApiKeyBody: {
            /**
             * @description What the key is for, in words of its owner. No control characters, and no marks that change the direction of writing.
             * @example Nightly export
             */
            name?: string | undefined;
            /**
             * @description Permissions of the key, out of those that its creator had.
             * @example [
             *       "schedule:read"
             *     ]
             */
            scopes?: string[] | undefined;
        };
        /** @description What to send to update a client. */
        UpdateClientBody: {
            /**
             * Format: email
             * @description Where the client is reached. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example office@harbour-foods.example
             */
            contactEmail?: (string | null) | undefined;
            /**
             * @description What an application keeps with the client. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "crmId": "HF-204"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description What people call the client, unique among the organization's clients. No control characters, and no marks that change the direction of writing.
             * @example Harbour Foods
             */
            name?: string | undefined;
            /**
             * @description Whether the organization still works for the client.
             * @enum {string}
             */
            status?: ("active" | "archived") | undefined;
        };
        /** @description What to send to update a member of a client. */
        UpdateClientMemberBody: {
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
        };
        /** @description What to send to update the current user. */
        UpdateCurrentUserBody: {
            /**
             * Format: uri
             * @description A picture of the person.
             * @example https://example.com/pictures/dana.png
             */
            imageUrl?: (string | null) | undefined;
            /**
             * @description What an application keeps with the person. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name?: string | undefined;
        };
        /** @description What to send to update an item. */
        UpdateItemBody: {
            /**
             * @description What the item is, at length.
             * @example Measures the water in the north basin.
             */
            description?: (string | null) | undefined;
            /**
             * @description What an integration keeps with the item. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description What the item is called; several may have one name.
             * @example Pressure sensor
             * @example Flow meter
             */
            name?: string | undefined;
            /**
             * @description A state in the organization's own words.
             * @example open
             */
            status?: string | undefined;
            /**
             * @description Words to find it by, 20 at most.
             * @example [
             *       "maintenance"
             *     ]
             */
            tags?: (string[] | null) | undefined;
        };
        /** @description What to send to update a membership. */
        UpdateMembershipBody: {
            /**
             * @description What an application keeps with the membership. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description The member's role: a built-in one or one of the organization's own.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
            /**
             * @description Every request of an inactive member is refused.
             * @enum {string}
             */
            status?: ("active" | "inactive") | undefined;
        };
        /** @description What to send to update one's own membership. */
        UpdateMyMembershipBody: {
            /**
             * @description The site that the member is working at.
             * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
             */
            currentSiteId?: (string | null) | undefined;
            /**
             * @description What an application keeps with the membership. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
        };
        /** @description The answer to “Update one's own settings”. */
        UpdateMySettingsAnswer: {
            /**
             * @description How the person has arranged the dashboard. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "columns": 2
             *     }
             */
            dashboardLayout?: {
                [key: string]: unknown;
            };
            /**
             * @description Whether the person wants e-mails about what others do that concerns them; true until chosen otherwise, and off by the unsubscribe link of one.
             * @example true
             */
            emailActivity?: boolean;
            /**
             * @description Language of the interface, a BCP 47 tag; `en` until one is chosen.
             * @example en-GB
             */
            locale?: string;
            /** @description Whether the person wants notifications; true until chosen otherwise. */
            notificationsEnabled: boolean;
            /**
             * @description Colours of the interface; `system` until one is chosen.
             * @enum {string}
             */
            theme: "light" | "dark" | "system";
            /**
             * @description IANA name of the time zone; `UTC` until one is chosen.
             * @example Europe/Zurich
             */
            timezone?: string;
            /**
             * @description Whose settings they are.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description What to send to update one's own settings. */
        UpdateMySettingsBody: {
            /**
             * @description How the person has arranged the dashboard. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "columns": 2
             *     }
             */
            dashboardLayout?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description Whether the person wants e-mails about what others do that concerns them; true until chosen otherwise, and off by the unsubscribe link of one.
             * @example true
             */
            emailActivity?: (boolean | null) | undefined;
            /**
             * @description Language of the interface, a BCP 47 tag; `en` until one is chosen.
             * @example en-GB
             */
            locale?: (string | null) | undefined;
            /** @description Whether the person wants notifications; true until chosen otherwise. */
            notificationsEnabled?: boolean | undefined;
            /**
             * @description Colours of the interface; `system` until one is chosen.
             * @enum {string}
             */
            theme?: ("light" | "dark" | "system") | undefined;
            /**
             * @description IANA name of the time zone; `UTC` until one is chosen.
             * @example Europe/Zurich
             */
            timezone?: (string | null) | undefined;
        };
        /** @description What to send to update an organization. */
        UpdateOrganizationBody: {
            /**
             * @description The organization's id at the identity provider, unique in the deployment; set once, by the owner.
             * @example org_5bT1xW9
             */
            externalId?: string | undefined;
            /**
             * @description What an application keeps with the organization. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description What people call the organization. No control characters, and no marks that change the direction of writing.
             * @example North Wind Energy
             */
            name?: string | undefined;
            /** @description How the organization works; what is left out stays as it is, or at its default. */
            settings?: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in of an agent to the next; 300 at first.
                 * @example 300
                 */
                agentCheckinIntervalSeconds?: number | undefined;
                /**
                 * Format: int32
                 * @description Days for which calls of agents are kept; 30 at first.
                 * @example 30
                 */
                apiLogRetentionDays?: number | undefined;
                /**
                 * Format: int32
                 * @description Days for which the audit trail is kept; 365 at first.
                 * @example 365
                 */
                auditRetentionDays?: number | undefined;
                /**
                 * @description ISO 4217 code in lower case; `usd` at first.
                 * @example eur
                 */
                currency?: string | undefined;
                /**
                 * Format: int32
                 * @description Failed health checks in a row until something is down; 3 at first.
                 * @example 3
                 */
                healthDownThreshold?: number | undefined;
                /**
                 * @description IANA name of the time zone that the organization works in; `UTC` at first.
                 * @example Europe/Zurich
                 */
                timezone?: string | undefined;
                /**
                 * Format: int32
                 * @description Days for which the organization can be restored after its deletion; 30 at first.
                 * @example 30
                 */
                trashRetentionDays?: number | undefined;
            } | undefined;
            /**
             * @description The organization's name in URLs and in `Portico-Organization`, unique in the deployment; made from the name unless given.
             * @example north-wind-energy
             */
            slug?: string | undefined;
        };
        /** @description What to send to update a role. */
        UpdateRoleBody: {
            /** @description Rights by areas of the product, beside `rights`. */
            areaPermissions?: ({
                /**
                 * @description What the role may do in docks: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                docks?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in operations and their jobs: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                operations?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in projects: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                projects?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in resources and their health checks: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                resources?: ("full" | "read" | "none") | undefined;
                /**
                 * @description What the role may do in the organization, its members, roles and keys: everything, read, or nothing, which is the default.
                 * @example read
                 * @enum {string}
                 */
                settings?: ("full" | "read" | "none") | undefined;
            } | null) | undefined;
            /**
             * @description What the role is for.
             * @example Plans and does the work on sites.
             */
            description?: (string | null) | undefined;
            /**
             * @description What people call the role, unique among the organization's roles. No control characters, and no marks that change the direction of writing.
             * @example Field engineer
             */
            name?: string | undefined;
            /**
             * Format: int32
             * @description How high the role stands: members are managed by those of a higher rank.
             * @example 20
             */
            rank?: number | undefined;
            /**
             * @description Permissions of its holders: `<resource>:<action>`, with `:own` for their own rows only, `<resource>:*`, or `*` for all. Built-in roles have `:assigned` where a permission reaches what is assigned to their holders; a custom role reaches that by its `scope`.
             * @example [
             *       "schedule:read"
             *     ]
             */
            rights?: string[] | undefined;
            /**
             * @description Where the rights hold: in the whole organization, or, of teams, clients and what is assigned to them, for those that the member is with.
             * @enum {string}
             */
            scope?: ("organization" | "assigned") | undefined;
        };
        /** @description What to send to update a schedule. */
        UpdateScheduleBody: {
            /**
             * @description What is to be done, at length.
             * @example Replace the filters on the roof.
             */
            description?: (string | null) | undefined;
            /**
             * Format: int64
             * @description When the work ends, after `startDate`. Milliseconds since the epoch.
             * @example 1768473000000
             */
            endDate?: number | undefined;
            /**
             * Format: int64
             * @description When the work begins. Milliseconds since the epoch.
             */
            startDate?: number | undefined;
            /**
             * @description How far the work is: a draft becomes active, what is active is completed, and both can be cancelled.
             * @enum {string}
             */
            status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
            /**
             * @description What is to be done, in a line.
             * @example Service the pumps
             */
            title?: string | undefined;
            /**
             * @description Whose schedule it is; the caller's where a create names nobody.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string | undefined;
        };
        /** @description What to send to update a site. */
        UpdateSiteBody: {
            /**
             * @description What an integration keeps with the site. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /**
             * @description What people call the site; several may have one name. No control characters, and no marks that change the direction of writing.
             * @example Rotterdam depot
             * @example Antwerp depot
             */
            name?: string | undefined;
            /**
             * @description Id of the customer in the professional services automation (PSA).
             * @example 10442
             * @example 10443
             */
            psaCompanyId?: (string | null) | undefined;
            /**
             * @description Id of the customer's parent company in the PSA.
             * @example 10400
             */
            psaParentCompanyId?: (string | null) | undefined;
            /**
             * @description The site's name in URLs, unique in the organization; made from the name unless given.
             * @example rotterdam-depot
             * @example antwerp-depot
             */
            slug?: string | undefined;
            /**
             * @description Devices enrol at active sites only; an archived one is kept for its history.
             * @enum {string}
             */
            status?: ("active" | "inactive" | "archived") | undefined;
        };
        /** @description What to send to update a team. */
        UpdateTeamBody: {
            /**
             * @description What the team does.
             * @example Keeps the wind farms of the north running.
             */
            description?: (string | null) | undefined;
            /**
             * @description What people call the team, unique among the organization's teams. No control characters, and no marks that change the direction of writing.
             * @example Field service
             */
            name?: string | undefined;
        };
        /** @description What to send to update a member of a team. */
        UpdateTeamMemberBody: {
            /**
             * @description Role whose rights the member has there.
             * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
             */
            roleId?: string | undefined;
            /**
             * @description What programs call the role, unique among the organization's roles; made from the name unless given, and fixed then.
             * @example fieldEngineer
             */
            roleKey?: string | undefined;
        };
        /** @description What to send to update a todo. */
        UpdateTodoBody: {
            /** @description Whether it is done. */
            completed?: boolean | undefined;
            /**
             * @description What there is to do.
             * @example Order spare parts
             */
            text?: string | undefined;
        };
        /** @description The answer to “Write one's own profile”. */
        UpsertMyProfileAnswer: {
            /**
             * @description What the person tells of themselves.
             * @example Keeps the pumps of three sites running.
             */
            bio?: string;
            /**
             * @description What others see the person as; the user's name until one is chosen. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            displayName: string;
            /**
             * @description Whose profile it is.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        /** @description What to send to write one's own profile. */
        UpsertMyProfileBody: {
            /**
             * @description What the person tells of themselves.
             * @example Keeps the pumps of three sites running.
             */
            bio?: string | undefined;
            /**
             * @description What others see the person as; the user's name until one is chosen. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            displayName?: string | undefined;
        };
        /** @description A person, one row for each, whatever organizations they belong to. */
        User: {
            /**
             * Format: int64
             * @description When the row was made. Milliseconds since the epoch.
             */
            createdAt: number;
            /**
             * @description The user who made the row; absent where no person did.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            createdBy?: string;
            /**
             * @description The organization that requests act in unless they name another one.
             * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
             */
            defaultOrganizationId?: string;
            /**
             * Format: int64
             * @description When the row went into the trash; absent while it is not there. Milliseconds since the epoch.
             */
            deletedAt?: number;
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
             * @example dana.okoye@example.com
             */
            email?: string;
            /**
             * @description Whether the identity provider has verified the address.
             * @example true
             */
            emailVerified: boolean;
            /**
             * @description The user's id at the identity provider.
             * @example idp_7Hq2Vx9
             */
            externalId?: string;
            /**
             * @description Id of the user.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            id: string;
            /**
             * Format: uri
             * @description A picture of the person.
             * @example https://example.com/pictures/dana.png
             */
            imageUrl?: string;
            /** @description Whether the person runs the deployment; no right in any organization. */
            isPlatformAdmin: boolean;
            /**
             * Format: int64
             * @description When the person was last seen in any organization. Milliseconds since the epoch.
             */
            lastActivityAt?: number;
            /**
             * @description What an application keeps with the person. Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.
             * @example {
             *       "costCenter": "4711"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            };
            /**
             * @description The person's name, as the identity provider or the person gave it. No control characters, and no marks that change the direction of writing.
             * @example Dana Okoye
             */
            name: string;
            /**
             * @description `pending` until the first sign-in; every request of an inactive user is refused.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
            /**
             * Format: int64
             * @description When the row was last changed. Milliseconds since the epoch.
             * @example 1768473000000
             */
            updatedAt: number;
        };
        /** @description What became of a message. */
        WebhookReceipt: {
            /**
             * @description Whether it is new here; one that is known changes nothing.
             * @enum {string}
             */
            status: "accepted" | "known";
        };
    };
    responses: {
        /** @description The answer that the caller has is still current. */
        NotModified: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                ETag: components["headers"]["ETag"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `dry_run_unsupported`: The operation cannot be tried. Send the request without `Portico-Dry-Run`: what it does reaches beyond the database and could not be undone.
         *     - `idempotency_key_invalid`: The idempotency key is not valid. Send an `Idempotency-Key` of 8 to 128 printable characters without spaces.
         *     - `invalid_cursor`: The cursor does not fit this list. Use a cursor only with the same organization, filters and sort that returned it, or start again without one.
         *     - `invalid_signature`: The webhook's signature is not valid. Sign the body as it is sent with the secret that is set here, within five minutes.
         *     - `organization_required`: No organization is named. Send the `Portico-Organization` header, or use a token that carries an organization.
         *     - `unsupported_filter`: These filters cannot be combined. Use one of the filter sets named in `detail`.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        Problem400: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "dry_run_unsupported" | "idempotency_key_invalid" | "invalid_cursor" | "invalid_signature" | "organization_required" | "unsupported_filter" | "validation_failed";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `agent_revoked`: The agent's key was revoked. Let an administrator rotate the agent's key.
         *     - `invalid_enrollment_token`: The enrolment token is not valid. Create a new enrolment token for the site.
         *     - `key_expired`: The API key has expired. Create a new API key.
         *     - `key_revoked`: The API key was revoked. Use another API key.
         *     - `key_suspended`: The API key is suspended. Let an administrator adopt the key (`POST /v1/api-keys/{apiKeyId}/adopt`), or give its owner the membership back.
         *     - `unauthenticated`: Credentials are missing or not valid. Send `Authorization: Bearer` with a valid token, API key or agent key.
         *     - `user_deleted`: This user was deleted. Sign in as a user that exists.
         */
        Problem401: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "agent_revoked" | "invalid_enrollment_token" | "key_expired" | "key_revoked" | "key_suspended" | "unauthenticated" | "user_deleted";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `email_mismatch`: The invitation is for another address. Sign in with the address that was invited, verified by the identity provider; `POST /v1/me/sync` takes a new one from the token.
         *     - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `not_assigned`: The row is not assigned to the caller. Ask an administrator to add you to a team or a client that it is assigned to.
         *     - `organization_deleted`: The organization is deleted. Its owner may restore it until it is purged.
         *     - `organization_suspended`: The organization is suspended or inactive. Ask the platform's operator.
         *     - `rank_too_low`: The role's rank is too low. Only a role of a higher rank may do this; ask somebody who has one.
         *     - `tenant_mismatch`: Two different organizations are named. Name the organization of the credential, or leave the header out.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        Problem403: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_mismatch" | "forbidden" | "membership_banned" | "not_a_member" | "not_assigned" | "organization_deleted" | "organization_suspended" | "rank_too_low" | "tenant_mismatch" | "user_inactive";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `not_found`: Not found. Check the path and the id; a row of another organization is not found either.
         */
        Problem404: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                Link: components["headers"]["Link"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_found";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `not_acceptable`: The answer has no acceptable form. Accept `application/json`.
         */
        Problem406: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_acceptable";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `agent_revoked`: The agent's key was revoked. Let an administrator rotate the agent's key.
         *     - `already_deleted`: It is deleted already. Restore it, or delete it permanently with `permanent=true`.
         *     - `already_member`: The user is a member already. Update the existing membership.
         *     - `confirmation_mismatch`: The confirmation does not match. Send the organization's current slug as `confirmSlug`.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `enrollment_exhausted`: The enrolment token is used up. Create a new enrolment token for the site.
         *     - `external_id_taken`: The external id is taken. Use another external id.
         *     - `guid_in_use`: The device GUID is in use. Rotate the agent's key or move it, as an administrator; or enrol again once the agent is shown offline.
         *     - `guid_taken`: The device GUID is taken. Use the agent that has this GUID, or delete it to restore this one.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first.
         *     - `invalid_state_transition`: The state does not allow this. Use one of the transitions named in `detail`.
         *     - `invitation_pending`: The address is invited already. Send the pending invitation again (`POST /v1/invitations/{invitationId}/resend`), or revoke it first.
         *     - `invitation_void`: The invitation holds no more. Ask an administrator of the organization for a new one, or to send this one again.
         *     - `key_revoked`: The API key was revoked. Use another API key.
         *     - `key_taken`: The key is taken. Choose another key; a restore takes one too.
         *     - `last_admin`: It is the last administrator. Make somebody else an administrator first.
         *     - `limit_reached`: The limit is reached. Take the person out of a team or a client first.
         *     - `name_taken`: The name is taken. Choose another name; a restore takes one too.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `not_banned`: The membership is not banned. Nothing needs to be done.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `role_in_use`: The role is in use. Give its members another role first.
         *     - `site_has_agents`: The site has agents. Move or delete its agents, or send `cascade=true`.
         *     - `site_not_active`: The site is not active. Activate the site first.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         *     - `sole_owner`: The user owns an organization. Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.
         *     - `system_role`: Built-in roles cannot be changed. Create a custom role instead.
         *     - `team_in_use`: The team is in use. Give what refers to the team, which `detail` names, another team first.
         */
        Problem409: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "agent_revoked" | "already_deleted" | "already_member" | "confirmation_mismatch" | "email_taken" | "enrollment_exhausted" | "external_id_taken" | "guid_in_use" | "guid_taken" | "idempotency_conflict" | "in_use" | "invalid_state_transition" | "invitation_pending" | "invitation_void" | "key_revoked" | "key_taken" | "last_admin" | "limit_reached" | "name_taken" | "not_a_member" | "not_banned" | "not_deleted" | "role_in_use" | "site_has_agents" | "site_not_active" | "slug_taken" | "sole_owner" | "system_role" | "team_in_use";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `enrollment_expired`: The enrolment token has expired. Create a new enrolment token for the site.
         *     - `invitation_expired`: The invitation has expired. Ask an administrator of the organization for a new one.
         *     - `purged`: It is being purged. It cannot be restored any more.
         */
        Problem410: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "enrollment_expired" | "invitation_expired" | "purged";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `precondition_failed`: The resource has changed. Read it again and send its new `ETag` as `If-Match`.
         */
        Problem412: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "precondition_failed";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `payload_too_large`: The body is too large. A body takes 4 MiB (4,194,304 bytes) at most; send less in one request.
         */
        Problem413: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "payload_too_large";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `unsupported_content_encoding`: The content coding is not supported. Send the body without `Content-Encoding`.
         *     - `unsupported_media_type`: The content type is not supported. Send `Content-Type: application/json`.
         */
        Problem415: {
            headers: {
                "Accept-Encoding": components["headers"]["Accept-Encoding"];
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_content_encoding" | "unsupported_media_type";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `cross_tenant_reference`: A reference names no row of this organization. Use the id of a row of this organization.
         *     - `not_an_organization_member`: The user is no active member of the organization. Name an active member of the organization.
         *     - `read_only_field`: A field cannot be set. Leave the fields named in `errors` out.
         *     - `scope_not_allowed`: A scope cannot be granted. Grant only scopes that you hold yourself and that are not for people only.
         */
        Problem422: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "cross_tenant_reference" | "not_an_organization_member" | "read_only_field" | "scope_not_allowed";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `resend_limit`: The invitation was sent as often as it may. Revoke it and invite the address anew.
         */
        Problem429: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "resend_limit";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `internal`: Something went wrong here. Try again; if it persists, report the `requestId`.
         */
        Problem500: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "internal";
                };
            };
        };
        /**
         * @description The operation's `x-portico-problems` and `x-portico-problem-sets` say which of these it may be.
         *
         *     - `unavailable`: The deployment cannot take this now. Nothing of the request was stored; send it again after `Retry-After` seconds.
         *     - `webhook_not_configured`: This webhook is not set up here. Let the operator set the secret named in `detail`; the sender tries again by itself.
         */
        Problem503: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unavailable" | "webhook_not_configured";
                };
            };
        };
    };
    parameters: {
        /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
        IdempotencyKey: string;
        /**
         * @description Entity tags of the row as it was read; another state of the row is refused with 412.
         * @example *
         */
        IfMatch: string;
        /**
         * @description Entity tags of answers that the caller has; 304 when one of them is still current.
         * @example "22jjqs1036017iu32fbwuv"
         */
        IfNoneMatch: string;
        /**
         * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
         * @example false
         */
        PorticoDryRun: boolean;
        /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
        PorticoOrganization: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description Codings of a body that are taken (RFC 9110, 12.5.3), where the one that was sent is not.
         * @example identity
         */
        "Accept-Encoding": string;
        /**
         * @description `*`, or the caller's origin where the deployment lists the origins it allows.
         * @example *
         */
        "Access-Control-Allow-Origin": string;
        /**
         * @description Entity tag of the answer (RFC 9110), for `If-Match` and `If-None-Match`.
         * @example "22jjqs1036017iu32fbwuv"
         */
        ETag: string;
        /**
         * @description `true` when the answer is that of an earlier request with the same idempotency key.
         * @example true
         */
        "Idempotent-Replayed": "true";
        /**
         * @description Where to read on (RFC 8288): `service-doc`, `service-desc` and `status` (RFC 8631), `api-catalog` (RFC 9727).
         * @example <http://127.0.0.1:3211/v1/docs>; rel="service-doc"; type="text/html"
         */
        Link: string;
        /**
         * @description Path of the created row.
         * @example /v1/schedules/jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
         */
        Location: string;
        /**
         * @description `true` when the request was a dry run: nothing of it was kept.
         * @example true
         */
        "Portico-Dry-Run": "true";
        /**
         * @description Seconds after which the same request may succeed (RFC 9110).
         * @example 5
         */
        "Retry-After": string;
        /**
         * @description How to authenticate (RFC 6750), and why a credential was refused.
         * @example Bearer realm="portico", error="invalid_token", error_description="Could not validate token: Expired token."
         */
        "WWW-Authenticate": string;
        /**
         * @description The id of the request: the caller's own if it sent one, and the one to quote in reports.
         * @example 0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c
         */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHome: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What this is. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "Portico",
                     *       "version": "v1",
                     *       "documentation": "http://127.0.0.1:3211/v1/docs",
                     *       "openapi": "http://127.0.0.1:3211/v1/openapi.json",
                     *       "conventions": "http://127.0.0.1:3211/v1/docs/conventions.md",
                     *       "problems": "http://127.0.0.1:3211/problems",
                     *       "health": "http://127.0.0.1:3211/v1/health",
                     *       "catalog": "http://127.0.0.1:3211/.well-known/api-catalog"
                     *     }
                     */
                    "application/json": components["schemas"]["Home"];
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getApiCatalog: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The catalogue. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "linkset": [
                     *         {
                     *           "anchor": "http://127.0.0.1:3211/v1",
                     *           "service-desc": [
                     *             {
                     *               "href": "http://127.0.0.1:3211/v1/openapi.json",
                     *               "type": "application/json"
                     *             }
                     *           ],
                     *           "service-doc": [
                     *             {
                     *               "href": "http://127.0.0.1:3211/v1/docs",
                     *               "type": "text/html"
                     *             }
                     *           ],
                     *           "status": [
                     *             {
                     *               "href": "http://127.0.0.1:3211/v1/health",
                     *               "type": "application/json"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/linkset+json": components["schemas"]["ApiCatalog"];
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "EC",
                     *           "crv": "P-256",
                     *           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     *           "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                     *           "kid": "2026-01",
                     *           "alg": "ES256",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/jwk-set+json": components["schemas"]["JsonWebKeySet"];
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getAuthorizationServer: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "issuer": "http://127.0.0.1:3211",
                     *       "token_endpoint": "http://127.0.0.1:3211/v1/oauth/token",
                     *       "jwks_uri": "http://127.0.0.1:3211/.well-known/jwks.json",
                     *       "scopes_supported": [
                     *         "schedule:read",
                     *         "todo:read"
                     *       ],
                     *       "response_types_supported": [],
                     *       "grant_types_supported": [
                     *         "client_credentials"
                     *       ],
                     *       "token_endpoint_auth_methods_supported": [
                     *         "client_secret_basic",
                     *         "client_secret_post"
                     *       ],
                     *       "service_documentation": "http://127.0.0.1:3211/v1/docs"
                     *     }
                     */
                    "application/json": components["schemas"]["AuthorizationServer"];
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getProtectedResource: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resource": "http://127.0.0.1:3211",
                     *       "resource_name": "Portico",
                     *       "authorization_servers": [
                     *         "http://127.0.0.1:3211"
                     *       ],
                     *       "scopes_supported": [
                     *         "schedule:read",
                     *         "todo:read"
                     *       ],
                     *       "bearer_methods_supported": [
                     *         "header"
                     *       ],
                     *       "resource_documentation": "http://127.0.0.1:3211/v1/docs"
                     *     }
                     */
                    "application/json": components["schemas"]["ProtectedResource"];
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    listProblems: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The codes. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "problems": [
                     *         {
                     *           "type": "http://127.0.0.1:3211/problems/not_found",
                     *           "code": "not_found",
                     *           "status": 404,
                     *           "title": "Not found",
                     *           "mend": "Check the path and the id; a row of another organization is not found either."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ProblemIndex"];
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The problem code, as a problem carries it.
                 * @example not_found
                 */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The code. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "http://127.0.0.1:3211/problems/not_found",
                     *       "code": "not_found",
                     *       "status": 404,
                     *       "title": "Not found",
                     *       "mend": "Check the path and the id; a row of another organization is not found either."
                     *     }
                     */
                    "application/json": components["schemas"]["ProblemEntry"];
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            404: components["responses"]["Problem404"];
            500: components["responses"]["Problem500"];
        };
    };
    getApi: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What this is. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "Portico",
                     *       "version": "v1",
                     *       "documentation": "http://127.0.0.1:3211/v1/docs",
                     *       "openapi": "http://127.0.0.1:3211/v1/openapi.json",
                     *       "conventions": "http://127.0.0.1:3211/v1/docs/conventions.md",
                     *       "problems": "http://127.0.0.1:3211/problems",
                     *       "health": "http://127.0.0.1:3211/v1/health",
                     *       "catalog": "http://127.0.0.1:3211/.well-known/api-catalog"
                     *     }
                     */
                    "application/json": components["schemas"]["Home"];
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    listAgentApiLogs: {
        parameters: {
            query?: {
                /**
                 * @description Lists only rows whose `agentId` is this.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. The same as `from`; send one of them. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. The same as `to`; send one of them. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                from?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `siteId` is this.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created" | "createdAt" | "-createdAt") | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                to?: number | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "e3tjc6shwatbxy16qtqhxrcfeqjm3e9z",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *           "endpoint": "/v1/agents/check-in",
                     *           "method": "POST",
                     *           "statusCode": 200,
                     *           "externalId": "call-20417",
                     *           "psaSiteId": "2217",
                     *           "rmmDeviceId": "88213",
                     *           "reqMetadata": {
                     *             "facts": [
                     *               "osVersion",
                     *               "memoryGigabytes"
                     *             ]
                     *           },
                     *           "resMetadata": {
                     *             "durationMs": 12
                     *           },
                     *           "timeElapsedMs": 12,
                     *           "createdAt": 1768469400000,
                     *           "expiresAt": 1771061400000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AgentApiLogPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getAgentApiLog: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent API log.
                 * @example e3tjc6shwatbxy16qtqhxrcfeqjm3e9z
                 */
                logId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent API log. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "e3tjc6shwatbxy16qtqhxrcfeqjm3e9z",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "endpoint": "/v1/agents/check-in",
                     *       "method": "POST",
                     *       "statusCode": 200,
                     *       "externalId": "call-20417",
                     *       "psaSiteId": "2217",
                     *       "rmmDeviceId": "88213",
                     *       "reqMetadata": {
                     *         "facts": [
                     *           "osVersion",
                     *           "memoryGigabytes"
                     *         ]
                     *       },
                     *       "resMetadata": {
                     *         "durationMs": 12
                     *       },
                     *       "timeElapsedMs": 12,
                     *       "createdAt": 1768469400000,
                     *       "expiresAt": 1771061400000
                     *     }
                     */
                    "application/json": components["schemas"]["AgentApiLog"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listAgentEnrollmentTokens: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `siteId` is this.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ybahcmrcdj3v0y6snv2tzjrmhyrb1eee",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "name": "Rollout spring 2026",
                     *           "tokenPrefix": "enr_8dK2pT6w",
                     *           "maxUses": 25,
                     *           "useCount": 3,
                     *           "expiresAt": 1771061400000,
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AgentEnrollmentTokenPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createAgentEnrollmentToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                 *       "name": "Rollout spring 2026",
                 *       "maxUses": 25
                 *     }
                 */
                "application/json": components["schemas"]["CreateAgentEnrollmentTokenBody"];
            };
        };
        responses: {
            /** @description Created: agent enrollment token. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ybahcmrcdj3v0y6snv2tzjrmhyrb1eee",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "name": "Rollout spring 2026",
                     *       "tokenPrefix": "enr_8dK2pT6w",
                     *       "maxUses": 25,
                     *       "useCount": 3,
                     *       "expiresAt": 1771061400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "token": "enr_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["CreateAgentEnrollmentTokenAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeAgentEnrollmentToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent enrollment token.
                 * @example ybahcmrcdj3v0y6snv2tzjrmhyrb1eee
                 */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent enrollment token. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ybahcmrcdj3v0y6snv2tzjrmhyrb1eee",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "name": "Rollout spring 2026",
                     *       "tokenPrefix": "enr_8dK2pT6w",
                     *       "maxUses": 25,
                     *       "useCount": 3,
                     *       "expiresAt": 1771061400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["AgentEnrollmentToken"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listAgents: {
        parameters: {
            query?: {
                /**
                 * @description Lists only rows whose `connectionStatus` is this.
                 * @example online
                 */
                connectionStatus?: ("online" | "offline") | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description Lists only rows whose `guid` is this.
                 * @example 3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b
                 */
                guid?: string | undefined;
                /**
                 * @description Inclusive: `lastCheckinAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                lastCheckinFrom?: number | undefined;
                /**
                 * @description Exclusive: `lastCheckinAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                lastCheckinTo?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `siteId` is this.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; by `lastCheckinAt`, latest first, where one of `lastCheckinFrom`, `lastCheckinTo` is given; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "lastCheckinAt" | "-lastCheckinAt") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *           "hostname": "rooftop-pi-07",
                     *           "platform": "linux",
                     *           "version": "4.2.1",
                     *           "ipAddress": "192.0.2.7",
                     *           "macAddress": "02:42:ac:11:00:02",
                     *           "extAddress": "198.51.100.24",
                     *           "registeredAt": 1768469400000,
                     *           "lastCheckinAt": 1768469400000,
                     *           "checkinIntervalSeconds": 300,
                     *           "connectionStatus": "online",
                     *           "credentialStatus": "active",
                     *           "keyRotatedAt": 1768469400000,
                     *           "tags": [
                     *             "maintenance"
                     *           ],
                     *           "metadata": {
                     *             "osVersion": "Debian 13",
                     *             "memoryGigabytes": 8
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AgentPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getAgent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteAgent: {
        parameters: {
            query?: {
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateAgent: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "tags": [
                 *         "maintenance"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["UpdateAgentBody"];
            };
        };
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    rotateAgentKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the agent.
                 * @example cgjwvyesnv75prnhka59qmd547bvr5j4
                 */
                agentId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "key": "agt_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["RotateAgentKeyAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    checkInAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "version": "4.2.1",
                 *       "hostname": "rooftop-pi-07",
                 *       "ipAddress": "192.0.2.7",
                 *       "facts": {
                 *         "osVersion": "Debian 13",
                 *         "memoryGigabytes": 8
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CheckInAgentBody"];
            };
        };
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "serverTime": 1768469400000,
                     *       "nextCheckinInSeconds": 300,
                     *       "settings": {
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "timezone": "Europe/Zurich"
                     *       },
                     *       "droppedFacts": [
                     *         {
                     *           "pointer": "/facts/disks",
                     *           "code": "too_deep",
                     *           "message": "JSON may be nested 16 levels deep at most."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CheckInAgentAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    enrollAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                 *       "hostname": "rooftop-pi-07",
                 *       "platform": "linux",
                 *       "version": "4.2.1",
                 *       "ipAddress": "192.0.2.7",
                 *       "macAddress": "02:42:ac:11:00:02"
                 *     }
                 */
                "application/json": components["schemas"]["EnrollAgentBody"];
            };
        };
        responses: {
            /** @description It was there before: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "key": "agt_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrollAgentAnswer"];
                };
            };
            /** @description Created: agent. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "key": "agt_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrollAgentAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getAgentSelf: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: agent. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "siteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "guid": "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
                     *       "hostname": "rooftop-pi-07",
                     *       "platform": "linux",
                     *       "version": "4.2.1",
                     *       "ipAddress": "192.0.2.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 300,
                     *       "connectionStatus": "online",
                     *       "credentialStatus": "active",
                     *       "keyRotatedAt": 1768469400000,
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "osVersion": "Debian 13",
                     *         "memoryGigabytes": 8
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Agent"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /**
                 * @description Lists only rows whose `createdBy` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                createdBy?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `ownerId` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                ownerId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example active
                 */
                status?: ("active" | "revoked") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Nightly export",
                     *           "keyPrefix": "sk_live_4fZ2kQ9x",
                     *           "scopes": [
                     *             "schedule:read"
                     *           ],
                     *           "status": "active",
                     *           "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "expiresAt": 1776211200000,
                     *           "lastUsedAt": 1768469400000,
                     *           "lastUsedIp": "203.0.113.7",
                     *           "suspension": "owner_deleted",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Nightly export",
                 *       "scopes": [
                 *         "schedule:read"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CreateApiKeyBody"];
            };
        };
        responses: {
            /** @description Created: API key. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Nightly export",
                     *       "keyPrefix": "sk_live_4fZ2kQ9x",
                     *       "scopes": [
                     *         "schedule:read"
                     *       ],
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "expiresAt": 1776211200000,
                     *       "lastUsedAt": 1768469400000,
                     *       "lastUsedIp": "203.0.113.7",
                     *       "suspension": "owner_deleted",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "key": "sk_live_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["CreateApiKeyAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getApiKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the API key.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                apiKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: API key. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Nightly export",
                     *       "keyPrefix": "sk_live_4fZ2kQ9x",
                     *       "scopes": [
                     *         "schedule:read"
                     *       ],
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "expiresAt": 1776211200000,
                     *       "lastUsedAt": 1768469400000,
                     *       "lastUsedIp": "203.0.113.7",
                     *       "suspension": "owner_deleted",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the API key.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                apiKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Nightly export"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateApiKeyBody"];
            };
        };
        responses: {
            /** @description Done: API key. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Nightly export",
                     *       "keyPrefix": "sk_live_4fZ2kQ9x",
                     *       "scopes": [
                     *         "schedule:read"
                     *       ],
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "expiresAt": 1776211200000,
                     *       "lastUsedAt": 1768469400000,
                     *       "lastUsedIp": "203.0.113.7",
                     *       "suspension": "owner_deleted",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    adoptApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the API key.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                apiKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: API key. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Nightly export",
                     *       "keyPrefix": "sk_live_4fZ2kQ9x",
                     *       "scopes": [
                     *         "schedule:read"
                     *       ],
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "expiresAt": 1776211200000,
                     *       "lastUsedAt": 1768469400000,
                     *       "lastUsedIp": "203.0.113.7",
                     *       "suspension": "owner_deleted",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the API key.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                apiKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: API key. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Nightly export",
                     *       "keyPrefix": "sk_live_4fZ2kQ9x",
                     *       "scopes": [
                     *         "schedule:read"
                     *       ],
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "expiresAt": 1776211200000,
                     *       "lastUsedAt": 1768469400000,
                     *       "lastUsedIp": "203.0.113.7",
                     *       "suspension": "owner_deleted",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    rotateApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the API key.
                 * @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1
                 */
                apiKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "graceSeconds": 3600
                 *     }
                 */
                "application/json": components["schemas"]["RotateApiKeyBody"];
            };
        };
        responses: {
            /** @description Done: API key. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Nightly export",
                     *       "keyPrefix": "sk_live_4fZ2kQ9x",
                     *       "scopes": [
                     *         "schedule:read"
                     *       ],
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "expiresAt": 1776211200000,
                     *       "lastUsedAt": 1768469400000,
                     *       "lastUsedIp": "203.0.113.7",
                     *       "suspension": "owner_deleted",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "key": "sk_live_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["RotateApiKeyAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listAuditLogs: {
        parameters: {
            query?: {
                /**
                 * @description Lists only rows whose `action` is this.
                 * @example schedule.create
                 */
                action?: string | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                from?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `recordId` is this.
                 * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
                 */
                recordId?: string | undefined;
                /**
                 * @description Lists only rows whose `result` is this.
                 * @example success
                 */
                result?: components["schemas"]["AuditLogResult"] | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -createdAt
                 */
                sort?: ("createdAt" | "-createdAt") | undefined;
                /**
                 * @description Lists only rows whose `tableName` is this.
                 * @example schedules
                 */
                tableName?: string | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                to?: number | undefined;
                /**
                 * @description Lists only rows whose `userId` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "3y4bgc2vxz9k8kdk24rdypthbfgpgwcc",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "actorType": "user",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "impersonatedBy": "user_2support",
                     *           "apiKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *           "action": "schedule.create",
                     *           "operation": "create",
                     *           "tableName": "schedules",
                     *           "recordId": "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
                     *           "changes": {
                     *             "status": {
                     *               "from": "draft",
                     *               "to": "active"
                     *             }
                     *           },
                     *           "metadata": {
                     *             "reason": "Rescheduled to next week."
                     *           },
                     *           "result": "success",
                     *           "ipAddress": "203.0.113.7",
                     *           "userAgent": "portico-sdk/0.1.0",
                     *           "requestId": "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
                     *           "createdAt": 1768469400000,
                     *           "expiresAt": 1800005400000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AuditLogPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getAuditLog: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the audit log.
                 * @example 3y4bgc2vxz9k8kdk24rdypthbfgpgwcc
                 */
                auditLogId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: audit log. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "3y4bgc2vxz9k8kdk24rdypthbfgpgwcc",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "actorType": "user",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "impersonatedBy": "user_2support",
                     *       "apiKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "action": "schedule.create",
                     *       "operation": "create",
                     *       "tableName": "schedules",
                     *       "recordId": "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
                     *       "changes": {
                     *         "status": {
                     *           "from": "draft",
                     *           "to": "active"
                     *         }
                     *       },
                     *       "metadata": {
                     *         "reason": "Rescheduled to next week."
                     *       },
                     *       "result": "success",
                     *       "ipAddress": "203.0.113.7",
                     *       "userAgent": "portico-sdk/0.1.0",
                     *       "requestId": "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
                     *       "createdAt": 1768469400000,
                     *       "expiresAt": 1800005400000
                     *     }
                     */
                    "application/json": components["schemas"]["AuditLog"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getRecordHistory: {
        parameters: {
            query?: {
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                from?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -createdAt
                 */
                sort?: ("createdAt" | "-createdAt") | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                to?: number | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the record.
                 * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
                 */
                recordId: string;
                /**
                 * @description The table that the record is or was in.
                 * @example schedules
                 */
                tableName: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "3y4bgc2vxz9k8kdk24rdypthbfgpgwcc",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "actorType": "user",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "impersonatedBy": "user_2support",
                     *           "apiKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *           "action": "schedule.create",
                     *           "operation": "create",
                     *           "tableName": "schedules",
                     *           "recordId": "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
                     *           "changes": {
                     *             "status": {
                     *               "from": "draft",
                     *               "to": "active"
                     *             }
                     *           },
                     *           "metadata": {
                     *             "reason": "Rescheduled to next week."
                     *           },
                     *           "result": "success",
                     *           "ipAddress": "203.0.113.7",
                     *           "userAgent": "portico-sdk/0.1.0",
                     *           "requestId": "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
                     *           "createdAt": 1768469400000,
                     *           "expiresAt": 1800005400000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AuditLogPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listClients: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `name` is this. No control characters, and no marks that change the direction of writing.
                 * @example Harbour Foods
                 */
                name?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "name" | "-name") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example active
                 */
                status?: ("active" | "archived") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Harbour Foods",
                     *           "status": "active",
                     *           "contactEmail": "office@harbour-foods.example",
                     *           "metadata": {
                     *             "crmId": "HF-204"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ClientPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Harbour Foods",
                 *       "status": "active",
                 *       "contactEmail": "office@harbour-foods.example",
                 *       "metadata": {
                 *         "crmId": "HF-204"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CreateClientBody"];
            };
        };
        responses: {
            /** @description Created: client. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Harbour Foods",
                     *       "status": "active",
                     *       "contactEmail": "office@harbour-foods.example",
                     *       "metadata": {
                     *         "crmId": "HF-204"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getClient: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: client. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Harbour Foods",
                     *       "status": "active",
                     *       "contactEmail": "office@harbour-foods.example",
                     *       "metadata": {
                     *         "crmId": "HF-204"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteClient: {
        parameters: {
            query?: {
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateClient: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Harbour Foods"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateClientBody"];
            };
        };
        responses: {
            /** @description Done: client. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Harbour Foods",
                     *       "status": "active",
                     *       "contactEmail": "office@harbour-foods.example",
                     *       "metadata": {
                     *         "crmId": "HF-204"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listClientMembers: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `userId` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "4tf9rkv89j1eth4dbxj7g03pf26584xk",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "clientId": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "roleKey": "developer",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ClientMemberPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    addClientMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["AddClientMemberBody"];
            };
        };
        responses: {
            /** @description Created: client member. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "4tf9rkv89j1eth4dbxj7g03pf26584xk",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "clientId": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "developer",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["ClientMember"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    removeClientMember: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
                /**
                 * @description Id of the user.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateClientMember: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
                /**
                 * @description Id of the user.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateClientMemberBody"];
            };
        };
        responses: {
            /** @description Done: client member. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "4tf9rkv89j1eth4dbxj7g03pf26584xk",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "clientId": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "developer",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["ClientMember"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listClientResources: {
        parameters: {
            query?: {
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows of this table.
                 * @example clientMemberships
                 */
                resourceTable?: "clientMemberships" | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r",
                     *           "resourceTable": "clientMemberships",
                     *           "name": "client",
                     *           "status": "active",
                     *           "createdAt": 1768204800000,
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ListClientResourcesPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreClient: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the client.
                 * @example fdg8jtfbqm57yswa918zz3mptw9g4f38
                 */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Harbour Foods"
                 *     }
                 */
                "application/json": components["schemas"]["RestoreClientBody"];
            };
        };
        responses: {
            /** @description Done: client. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "fdg8jtfbqm57yswa918zz3mptw9g4f38",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Harbour Foods",
                     *       "status": "active",
                     *       "contactEmail": "office@harbour-foods.example",
                     *       "metadata": {
                     *         "crmId": "HF-204"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Client"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getDocs: {
        parameters: {
            query?: {
                /**
                 * @description The domain to begin with.
                 * @example workspace
                 */
                domain?: ("access" | "observability" | "platform" | "sites" | "tenancy" | "workspace") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getDocsFile: {
        parameters: {
            query?: {
                /**
                 * @description The file's version; with the present one, the answer may be kept for good.
                 * @example 0123456789abcdef
                 */
                v?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description Name of the file, as the page refers to it.
                 * @example swagger-ui.css
                 */
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "image/png": unknown;
                    "text/css": string;
                    "text/html": string;
                    "text/javascript": string;
                    "text/markdown": string;
                    "text/plain": string;
                };
            };
            304: components["responses"]["NotModified"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            500: components["responses"]["Problem500"];
        };
    };
    getUnsubscription: {
        parameters: {
            query: {
                /**
                 * @description The link's token: whose e-mails, and a signature. It does not end.
                 * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r.k57c2v9b4n6m8q0w2e4r6t8y0u2i4o6p.activity.n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg
                 */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            404: components["responses"]["Problem404"];
            500: components["responses"]["Problem500"];
        };
    };
    unsubscribe: {
        parameters: {
            query: {
                /**
                 * @description The link's token: whose e-mails, and a signature. It does not end.
                 * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r.k57c2v9b4n6m8q0w2e4r6t8y0u2i4o6p.activity.n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg
                 */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "List-Unsubscribe": "One-Click"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["UnsubscribeForm"];
                /**
                 * @example {
                 *       "List-Unsubscribe": "One-Click"
                 *     }
                 */
                "multipart/form-data": components["schemas"]["UnsubscribeForm"];
            };
        };
        responses: {
            /** @description They are off. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html>… */
                    "text/html": string;
                };
            };
            400: components["responses"]["Problem400"];
            404: components["responses"]["Problem404"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It answers. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok",
                     *       "version": "v1",
                     *       "time": 1768469400000
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["Problem500"];
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists only rows whose `email` is this. Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).
                 * @example sam.lindqvist@example.com
                 */
                email?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example pending
                 */
                status?: ("pending" | "accepted" | "declined" | "revoked" | "expired") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "email": "sam.lindqvist@example.com",
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "status": "pending",
                     *           "expiresAt": 1769077800000,
                     *           "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "acceptedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "acceptedAt": 1768469400000,
                     *           "sendCount": 1,
                     *           "lastSentAt": 1768469400000,
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["InvitationPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "sam.lindqvist@example.com",
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["CreateInvitationBody"];
            };
        };
        responses: {
            /** @description Created: invitation. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "email": "sam.lindqvist@example.com",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "status": "pending",
                     *       "expiresAt": 1769077800000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "acceptedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "acceptedAt": 1768469400000,
                     *       "sendCount": 1,
                     *       "lastSentAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getInvitation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the invitation.
                 * @example kdy0vz89t7xwnkq3ar8j85x67ma67tth
                 */
                invitationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: invitation. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "email": "sam.lindqvist@example.com",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "status": "pending",
                     *       "expiresAt": 1769077800000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "acceptedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "acceptedAt": 1768469400000,
                     *       "sendCount": 1,
                     *       "lastSentAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    resendInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the invitation.
                 * @example kdy0vz89t7xwnkq3ar8j85x67ma67tth
                 */
                invitationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: invitation. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "email": "sam.lindqvist@example.com",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "status": "pending",
                     *       "expiresAt": 1769077800000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "acceptedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "acceptedAt": 1768469400000,
                     *       "sendCount": 1,
                     *       "lastSentAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the invitation.
                 * @example kdy0vz89t7xwnkq3ar8j85x67ma67tth
                 */
                invitationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: invitation. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "email": "sam.lindqvist@example.com",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "status": "pending",
                     *       "expiresAt": 1769077800000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "acceptedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "acceptedAt": 1768469400000,
                     *       "sendCount": 1,
                     *       "lastSentAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Invitation"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs"
                 *     }
                 */
                "application/json": components["schemas"]["AcceptInvitationBody"];
            };
        };
        responses: {
            /** @description Done: invitation. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organization": {
                     *         "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "name": "North Wind Energy",
                     *         "slug": "north-wind-energy",
                     *         "status": "active",
                     *         "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "externalId": "org_5bT1xW9",
                     *         "metadata": {
                     *           "costCenter": "4711"
                     *         },
                     *         "settings": {
                     *           "timezone": "Europe/Zurich",
                     *           "currency": "eur",
                     *           "healthDownThreshold": 3,
                     *           "agentCheckinIntervalSeconds": 300,
                     *           "apiLogRetentionDays": 30,
                     *           "auditRetentionDays": 365,
                     *           "trashRetentionDays": 30
                     *         },
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       },
                     *       "membership": {
                     *         "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *         "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *         "roleKey": "member",
                     *         "status": "active",
                     *         "joinedAt": 1768469400000,
                     *         "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *         "invitedEmail": "dana.okoye@example.com",
                     *         "invitedName": "Dana Okoye",
                     *         "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *         "metadata": {
                     *           "costCenter": "4711"
                     *         },
                     *         "lastActivityAt": 1768469400000,
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AcceptInvitationAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    declineInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "inv_4fZ2kQ9xB7mN1pR8sT3vW6yA5cE0gH2jK4lM7nP9qRs"
                 *     }
                 */
                "application/json": components["schemas"]["DeclineInvitationBody"];
            };
        };
        responses: {
            /** @description Done: invitation. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *       "status": "pending",
                     *       "organizationName": "North Wind Energy",
                     *       "roleName": "Member",
                     *       "invitedByName": "Dana Okoye",
                     *       "expiresAt": 1769077800000
                     *     }
                     */
                    "application/json": components["schemas"]["DeclineInvitationAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listItems: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "name" | "-name") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example open
                 */
                status?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "zwf50kj4272p06mc7pcrsws9eb4gpem8",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Pressure sensor",
                     *           "status": "open",
                     *           "description": "Measures the water in the north basin.",
                     *           "tags": [
                     *             "maintenance"
                     *           ],
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Pressure sensor",
                 *       "status": "open",
                 *       "description": "Measures the water in the north basin.",
                 *       "tags": [
                 *         "maintenance"
                 *       ],
                 *       "metadata": {
                 *         "costCenter": "4711"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CreateItemBody"];
            };
        };
        responses: {
            /** @description Created: item. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "zwf50kj4272p06mc7pcrsws9eb4gpem8",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Pressure sensor",
                     *       "status": "open",
                     *       "description": "Measures the water in the north basin.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getItem: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the item.
                 * @example zwf50kj4272p06mc7pcrsws9eb4gpem8
                 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: item. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "zwf50kj4272p06mc7pcrsws9eb4gpem8",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Pressure sensor",
                     *       "status": "open",
                     *       "description": "Measures the water in the north basin.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Item"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteItem: {
        parameters: {
            query?: {
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the item.
                 * @example zwf50kj4272p06mc7pcrsws9eb4gpem8
                 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateItem: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the item.
                 * @example zwf50kj4272p06mc7pcrsws9eb4gpem8
                 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Pressure sensor"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateItemBody"];
            };
        };
        responses: {
            /** @description Done: item. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "zwf50kj4272p06mc7pcrsws9eb4gpem8",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Pressure sensor",
                     *       "status": "open",
                     *       "description": "Measures the water in the north basin.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the item.
                 * @example zwf50kj4272p06mc7pcrsws9eb4gpem8
                 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: item. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "zwf50kj4272p06mc7pcrsws9eb4gpem8",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Pressure sensor",
                     *       "status": "open",
                     *       "description": "Measures the water in the north basin.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Item"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    batchCreateItems: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "name": "Flow meter",
                 *           "status": "open",
                 *           "description": "Measures the water in the north basin.",
                 *           "tags": [
                 *             "maintenance"
                 *           ],
                 *           "metadata": {
                 *             "costCenter": "4711"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BatchCreateItemsBody"];
            };
        };
        responses: {
            /** @description Created: item. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "zwf50kj4272p06mc7pcrsws9eb4gpem8",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Pressure sensor",
                     *           "status": "open",
                     *           "description": "Measures the water in the north basin.",
                     *           "tags": [
                     *             "maintenance"
                     *           ],
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BatchCreateItemsAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getCurrentUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "idp_7Hq2Vx9",
                     *       "email": "dana.okoye@example.com",
                     *       "emailVerified": true,
                     *       "name": "Dana Okoye",
                     *       "imageUrl": "https://example.com/pictures/dana.png",
                     *       "status": "active",
                     *       "defaultOrganizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "isPlatformAdmin": false,
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "organization": {
                     *         "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "name": "North Wind Energy",
                     *         "slug": "north-wind-energy",
                     *         "status": "active",
                     *         "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "externalId": "org_5bT1xW9",
                     *         "metadata": {
                     *           "costCenter": "4711"
                     *         },
                     *         "settings": {
                     *           "timezone": "Europe/Zurich",
                     *           "currency": "eur",
                     *           "healthDownThreshold": 3,
                     *           "agentCheckinIntervalSeconds": 300,
                     *           "apiLogRetentionDays": 30,
                     *           "auditRetentionDays": 365,
                     *           "trashRetentionDays": 30
                     *         },
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       },
                     *       "membership": {
                     *         "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *         "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *         "roleKey": "member",
                     *         "status": "active",
                     *         "joinedAt": 1768469400000,
                     *         "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *         "invitedEmail": "dana.okoye@example.com",
                     *         "invitedName": "Dana Okoye",
                     *         "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *         "metadata": {
                     *           "costCenter": "4711"
                     *         },
                     *         "lastActivityAt": 1768469400000,
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       },
                     *       "role": {
                     *         "id": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *         "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "key": "fieldEngineer",
                     *         "name": "Field engineer",
                     *         "description": "Plans and does the work on sites.",
                     *         "rights": [
                     *           "schedule:read"
                     *         ],
                     *         "areaPermissions": {
                     *           "projects": "read",
                     *           "resources": "read",
                     *           "docks": "read",
                     *           "operations": "read",
                     *           "settings": "read"
                     *         },
                     *         "scope": "organization",
                     *         "rank": 20,
                     *         "isSystem": false,
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["GetCurrentUserAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteCurrentUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateCurrentUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Dana Okoye"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateCurrentUserBody"];
            };
        };
        responses: {
            /** @description Done: user. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "idp_7Hq2Vx9",
                     *       "email": "dana.okoye@example.com",
                     *       "emailVerified": true,
                     *       "name": "Dana Okoye",
                     *       "imageUrl": "https://example.com/pictures/dana.png",
                     *       "status": "active",
                     *       "defaultOrganizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "isPlatformAdmin": false,
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listMyInvitations: {
        parameters: {
            query?: {
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists the invitations of this state; `pending` unless given.
                 * @example pending
                 */
                status?: ("pending" | "accepted" | "declined" | "revoked" | "expired") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "kdy0vz89t7xwnkq3ar8j85x67ma67tth",
                     *           "status": "pending",
                     *           "organizationName": "North Wind Energy",
                     *           "roleName": "Member",
                     *           "invitedByName": "Dana Okoye",
                     *           "expiresAt": 1769077800000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ListMyInvitationsPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getMyPermissions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "roleKey": "member",
                     *       "rank": 20,
                     *       "rights": [
                     *         "schedule:read"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GetMyPermissionsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getMyProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user profile. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "displayName": "Dana Okoye",
                     *       "bio": "Keeps the pumps of three sites running."
                     *     }
                     */
                    "application/json": components["schemas"]["GetMyProfileAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    upsertMyProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "displayName": "Dana Okoye"
                 *     }
                 */
                "application/json": components["schemas"]["UpsertMyProfileBody"];
            };
        };
        responses: {
            /** @description Done: user profile. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "displayName": "Dana Okoye",
                     *       "bio": "Keeps the pumps of three sites running."
                     *     }
                     */
                    "application/json": components["schemas"]["UpsertMyProfileAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getMySettings: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user setting. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "theme": "light",
                     *       "notificationsEnabled": false,
                     *       "emailActivity": true,
                     *       "dashboardLayout": {
                     *         "columns": 2
                     *       },
                     *       "locale": "en-GB",
                     *       "timezone": "Europe/Zurich"
                     *     }
                     */
                    "application/json": components["schemas"]["GetMySettingsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateMySettings: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "theme": "light"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateMySettingsBody"];
            };
        };
        responses: {
            /** @description Done: user setting. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "theme": "light",
                     *       "notificationsEnabled": false,
                     *       "emailActivity": true,
                     *       "dashboardLayout": {
                     *         "columns": 2
                     *       },
                     *       "locale": "en-GB",
                     *       "timezone": "Europe/Zurich"
                     *     }
                     */
                    "application/json": components["schemas"]["UpdateMySettingsAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    switchOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "organizationId": "north-wind-energy"
                 *     }
                 */
                "application/json": components["schemas"]["SwitchOrganizationBody"];
            };
        };
        responses: {
            /** @description Done: user. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organization": {
                     *         "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "name": "North Wind Energy",
                     *         "slug": "north-wind-energy",
                     *         "status": "active",
                     *         "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "externalId": "org_5bT1xW9",
                     *         "metadata": {
                     *           "costCenter": "4711"
                     *         },
                     *         "settings": {
                     *           "timezone": "Europe/Zurich",
                     *           "currency": "eur",
                     *           "healthDownThreshold": 3,
                     *           "agentCheckinIntervalSeconds": 300,
                     *           "apiLogRetentionDays": 30,
                     *           "auditRetentionDays": 365,
                     *           "trashRetentionDays": 30
                     *         },
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       },
                     *       "membership": {
                     *         "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *         "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *         "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *         "roleKey": "member",
                     *         "status": "active",
                     *         "joinedAt": 1768469400000,
                     *         "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *         "invitedEmail": "dana.okoye@example.com",
                     *         "invitedName": "Dana Okoye",
                     *         "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *         "metadata": {
                     *           "costCenter": "4711"
                     *         },
                     *         "lastActivityAt": 1768469400000,
                     *         "createdAt": 1768469400000,
                     *         "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *         "updatedAt": 1768473000000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SwitchOrganizationAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    syncCurrentUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "idp_7Hq2Vx9",
                     *       "email": "dana.okoye@example.com",
                     *       "emailVerified": true,
                     *       "name": "Dana Okoye",
                     *       "imageUrl": "https://example.com/pictures/dana.png",
                     *       "status": "active",
                     *       "defaultOrganizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "isPlatformAdmin": false,
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listMyTeams: {
        parameters: {
            query?: {
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Field service",
                     *           "description": "Keeps the wind farms of the north running.",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000,
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "roleKey": "developer"
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ListMyTeamsPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listMemberships: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `roleId` is this.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example active
                 */
                status?: ("active" | "inactive" | "pending") | undefined;
                /**
                 * @description Lists only rows whose `userId` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "roleKey": "member",
                     *           "status": "active",
                     *           "joinedAt": 1768469400000,
                     *           "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "invitedEmail": "dana.okoye@example.com",
                     *           "invitedName": "Dana Okoye",
                     *           "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "banReason": "Kept posting advertisements after two warnings.",
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "lastActivityAt": 1768469400000,
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["MembershipPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getMembership: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                membershipId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: membership. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "status": "active",
                     *       "joinedAt": 1768469400000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "invitedEmail": "dana.okoye@example.com",
                     *       "invitedName": "Dana Okoye",
                     *       "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "banReason": "Kept posting advertisements after two warnings.",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Membership"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    removeMembership: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                membershipId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateMembership: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                membershipId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateMembershipBody"];
            };
        };
        responses: {
            /** @description Done: membership. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "status": "active",
                     *       "joinedAt": 1768469400000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "invitedEmail": "dana.okoye@example.com",
                     *       "invitedName": "Dana Okoye",
                     *       "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "banReason": "Kept posting advertisements after two warnings.",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Membership"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    banMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                membershipId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Kept posting advertisements after two warnings."
                 *     }
                 */
                "application/json": components["schemas"]["BanMemberBody"];
            };
        };
        responses: {
            /** @description Done: membership. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "status": "active",
                     *       "joinedAt": 1768469400000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "invitedEmail": "dana.okoye@example.com",
                     *       "invitedName": "Dana Okoye",
                     *       "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "banReason": "Kept posting advertisements after two warnings.",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Membership"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    unbanMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the membership.
                 * @example gg2yxsp79waqa9pzk49063rxzng68wtp
                 */
                membershipId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: membership. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "status": "active",
                     *       "joinedAt": 1768469400000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "invitedEmail": "dana.okoye@example.com",
                     *       "invitedName": "Dana Okoye",
                     *       "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "banReason": "Kept posting advertisements after two warnings.",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Membership"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    leaveOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateMyMembership: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "costCenter": "4711"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UpdateMyMembershipBody"];
            };
        };
        responses: {
            /** @description Done: membership. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "status": "active",
                     *       "joinedAt": 1768469400000,
                     *       "invitedBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "invitedByKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "invitedEmail": "dana.okoye@example.com",
                     *       "invitedName": "Dana Okoye",
                     *       "currentSiteId": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "banReason": "Kept posting advertisements after two warnings.",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "lastActivityAt": 1768469400000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Membership"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "grant_type": "client_credentials",
                 *       "client_secret": "sk_…",
                 *       "scope": "schedule:read todo:read"
                 *     }
                 */
                "application/x-www-form-urlencoded": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The token. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "access_token": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln",
                     *       "token_type": "Bearer",
                     *       "expires_in": 900,
                     *       "scope": "schedule:read todo:read"
                     *     }
                     */
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description The request is not valid. */
            400: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_scope",
                     *       "error_description": "The credential does not hold: item:delete."
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The key was refused. */
            401: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_client",
                     *       "error_description": "The API key was revoked."
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The body is larger than 4 MiB (4,194,304 bytes). */
            413: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "A body may take 4194304 bytes at most."
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            /** @description The body is no form. */
            415: {
                headers: {
                    "Accept-Encoding": components["headers"]["Accept-Encoding"];
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "invalid_request",
                     *       "error_description": "Send Content-Type: application/x-www-form-urlencoded in UTF-8."
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
            500: components["responses"]["Problem500"];
            /** @description This deployment has no signing key. */
            503: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "error": "temporarily_unavailable",
                     *       "error_description": "This deployment issues no tokens: PORTICO_SIGNING_KEY is not set."
                     *     }
                     */
                    "application/json": components["schemas"]["OAuthError"];
                };
            };
        };
    };
    getOpenApi30: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.0.3"
                     *     }
                     */
                    "application/json": {
                        /** @description Version of the OpenAPI Specification. */
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getDomainOpenApi30: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description A part of the API, as `/v1/docs` offers it.
                 * @example workspace
                 */
                domain: "access" | "observability" | "platform" | "sites" | "tenancy" | "workspace";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.0.3"
                     *     }
                     */
                    "application/json": {
                        /** @description Version of the OpenAPI Specification. */
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            404: components["responses"]["Problem404"];
            500: components["responses"]["Problem500"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0"
                     *     }
                     */
                    "application/json": {
                        /** @description Version of the OpenAPI Specification. */
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Problem500"];
        };
    };
    getDomainOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description A part of the API, as `/v1/docs` offers it.
                 * @example workspace
                 */
                domain: "access" | "observability" | "platform" | "sites" | "tenancy" | "workspace";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0"
                     *     }
                     */
                    "application/json": {
                        /** @description Version of the OpenAPI Specification. */
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            404: components["responses"]["Problem404"];
            500: components["responses"]["Problem500"];
        };
    };
    listOrganizations: {
        parameters: {
            query?: {
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description By joining: ascending, or descending with `-`.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "North Wind Energy",
                     *           "slug": "north-wind-energy",
                     *           "status": "active",
                     *           "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "externalId": "org_5bT1xW9",
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "settings": {
                     *             "timezone": "Europe/Zurich",
                     *             "currency": "eur",
                     *             "healthDownThreshold": 3,
                     *             "agentCheckinIntervalSeconds": 300,
                     *             "apiLogRetentionDays": 30,
                     *             "auditRetentionDays": 365,
                     *             "trashRetentionDays": 30
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000,
                     *           "roleKey": "member"
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ListOrganizationsPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "North Wind Energy",
                 *       "slug": "north-wind-energy",
                 *       "externalId": "org_5bT1xW9",
                 *       "metadata": {
                 *         "costCenter": "4711"
                 *       },
                 *       "settings": {
                 *         "timezone": "Europe/Zurich",
                 *         "currency": "eur",
                 *         "healthDownThreshold": 3,
                 *         "agentCheckinIntervalSeconds": 300,
                 *         "apiLogRetentionDays": 30,
                 *         "auditRetentionDays": 365,
                 *         "trashRetentionDays": 30
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CreateOrganizationBody"];
            };
        };
        responses: {
            /** @description Created: organization. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getOrganization: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteOrganization: {
        parameters: {
            query: {
                /**
                 * @description The organization's slug, to show that it is the one that is meant.
                 * @example north-wind-energy
                 */
                confirmSlug: string;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateOrganization: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "North Wind Energy"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateOrganizationBody"];
            };
        };
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    purgeOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "confirmSlug": "north-wind-energy"
                 *     }
                 */
                "application/json": components["schemas"]["PurgeOrganizationBody"];
            };
        };
        responses: {
            /** @description Done: organization. */
            202: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "jobId": "wajfe3qxb29wk7fpa8vxebqr80j38qkf"
                     *     }
                     */
                    "application/json": components["schemas"]["PurgeOrganizationAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            410: components["responses"]["Problem410"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    setOrganizationStatus: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "active",
                 *       "reason": "The last three bills were not paid."
                 *     }
                 */
                "application/json": components["schemas"]["SetOrganizationStatusBody"];
            };
        };
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getOrganizationSummary: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "counts": {
                     *         "members": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "invitations": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "roles": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "apiKeys": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "sites": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "agents": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "schedules": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "todos": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         },
                     *         "items": {
                     *           "count": 3,
                     *           "isCapped": false
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["GetOrganizationSummaryAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    transferOwnership: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug of the organization.
                 * @example north-wind-energy
                 */
                organizationId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c"
                 *     }
                 */
                "application/json": components["schemas"]["TransferOwnershipBody"];
            };
        };
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getOrganizationBySlug: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Slug of the organization.
                 * @example north-wind-energy
                 */
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: organization. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "North Wind Energy",
                     *       "slug": "north-wind-energy",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_5bT1xW9",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 300,
                     *         "apiLogRetentionDays": 30,
                     *         "auditRetentionDays": 365,
                     *         "trashRetentionDays": 30
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "members": [
                     *         {
                     *           "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "externalId": "idp_7Hq2Vx9",
                     *           "email": "dana.okoye@example.com",
                     *           "emailVerified": true,
                     *           "name": "Dana Okoye",
                     *           "imageUrl": "https://example.com/pictures/dana.png",
                     *           "status": "active",
                     *           "membershipId": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "roleKey": "member",
                     *           "joinedAt": 1768469400000,
                     *           "lastActivityAt": 1768469400000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GetOrganizationBySlugAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listPermissions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: permission. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "permission": "schedule:read",
                     *           "resource": "schedule",
                     *           "action": "read",
                     *           "description": "See schedules.",
                     *           "grantable": false,
                     *           "roles": [
                     *             {
                     *               "key": "member",
                     *               "reach": "all"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ListPermissionsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listRoles: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description True to list the built-in roles too, before the others.
                 * @example false
                 */
                includeGlobal?: boolean | undefined;
                /**
                 * @description Lists only rows whose `key` is this.
                 * @example fieldEngineer
                 */
                key?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `name` is this. No control characters, and no marks that change the direction of writing.
                 * @example Field engineer
                 */
                name?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "key": "fieldEngineer",
                     *           "name": "Field engineer",
                     *           "description": "Plans and does the work on sites.",
                     *           "rights": [
                     *             "schedule:read"
                     *           ],
                     *           "areaPermissions": {
                     *             "projects": "read",
                     *             "resources": "read",
                     *             "docks": "read",
                     *             "operations": "read",
                     *             "settings": "read"
                     *           },
                     *           "scope": "organization",
                     *           "rank": 20,
                     *           "isSystem": false,
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["RolePage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "fieldEngineer",
                 *       "name": "Field engineer",
                 *       "description": "Plans and does the work on sites.",
                 *       "rights": [
                 *         "schedule:read"
                 *       ],
                 *       "areaPermissions": {
                 *         "projects": "read",
                 *         "resources": "read",
                 *         "docks": "read",
                 *         "operations": "read",
                 *         "settings": "read"
                 *       },
                 *       "scope": "organization",
                 *       "rank": 20
                 *     }
                 */
                "application/json": components["schemas"]["CreateRoleBody"];
            };
        };
        responses: {
            /** @description Created: role. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "key": "fieldEngineer",
                     *       "name": "Field engineer",
                     *       "description": "Plans and does the work on sites.",
                     *       "rights": [
                     *         "schedule:read"
                     *       ],
                     *       "areaPermissions": {
                     *         "projects": "read",
                     *         "resources": "read",
                     *         "docks": "read",
                     *         "operations": "read",
                     *         "settings": "read"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 20,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the role.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: role. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "key": "fieldEngineer",
                     *       "name": "Field engineer",
                     *       "description": "Plans and does the work on sites.",
                     *       "rights": [
                     *         "schedule:read"
                     *       ],
                     *       "areaPermissions": {
                     *         "projects": "read",
                     *         "resources": "read",
                     *         "docks": "read",
                     *         "operations": "read",
                     *         "settings": "read"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 20,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteRole: {
        parameters: {
            query?: {
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the role.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateRole: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the role.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Field engineer"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateRoleBody"];
            };
        };
        responses: {
            /** @description Done: role. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "key": "fieldEngineer",
                     *       "name": "Field engineer",
                     *       "description": "Plans and does the work on sites.",
                     *       "rights": [
                     *         "schedule:read"
                     *       ],
                     *       "areaPermissions": {
                     *         "projects": "read",
                     *         "resources": "read",
                     *         "docks": "read",
                     *         "operations": "read",
                     *         "settings": "read"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 20,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the role.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "key": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["RestoreRoleBody"];
            };
        };
        responses: {
            /** @description Done: role. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "key": "fieldEngineer",
                     *       "name": "Field engineer",
                     *       "description": "Plans and does the work on sites.",
                     *       "rights": [
                     *         "schedule:read"
                     *       ],
                     *       "areaPermissions": {
                     *         "projects": "read",
                     *         "resources": "read",
                     *         "docks": "read",
                     *         "operations": "read",
                     *         "settings": "read"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 20,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listSchedules: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; by `startDate`, latest first, where one of `status`, `startFrom`, `startTo`, `userId` is given; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "startDate" | "-startDate") | undefined;
                /**
                 * @description Inclusive: `startDate` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                startFrom?: number | undefined;
                /**
                 * @description Exclusive: `startDate` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                startTo?: number | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example draft
                 */
                status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
                /**
                 * @description Lists only rows whose `userId` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "title": "Service the pumps",
                     *           "description": "Replace the filters on the roof.",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "startDate": 1768469400000,
                     *           "endDate": 1768473000000,
                     *           "status": "draft",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SchedulePage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Service the pumps",
                 *       "description": "Replace the filters on the roof.",
                 *       "startDate": 1768469400000,
                 *       "endDate": 1768473000000,
                 *       "status": "draft"
                 *     }
                 */
                "application/json": components["schemas"]["CreateScheduleBody"];
            };
        };
        responses: {
            /** @description Created: schedule. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: schedule. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteSchedule: {
        parameters: {
            query?: {
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "title": "Service the pumps"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateScheduleBody"];
            };
        };
        responses: {
            /** @description Done: schedule. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    activateSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: schedule. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    cancelSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "Rescheduled to next week."
                 *     }
                 */
                "application/json": components["schemas"]["CancelScheduleBody"];
            };
        };
        responses: {
            /** @description Done: schedule. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    completeSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: schedule. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the schedule.
                 * @example ettj0vr27ryy4ksc571ve800xdak5gxg
                 */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: schedule. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "title": "Service the pumps",
                     *       "description": "Replace the filters on the roof.",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "startDate": 1768469400000,
                     *       "endDate": 1768473000000,
                     *       "status": "draft",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    batchCreateSchedules: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "title": "Service the pumps",
                 *           "description": "Replace the filters on the roof.",
                 *           "startDate": 1768469400000,
                 *           "endDate": 1768473000000,
                 *           "status": "draft"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BatchCreateSchedulesBody"];
            };
        };
        responses: {
            /** @description Created: schedule. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "ettj0vr27ryy4ksc571ve800xdak5gxg",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "title": "Service the pumps",
                     *           "description": "Replace the filters on the roof.",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "startDate": 1768469400000,
                     *           "endDate": 1768473000000,
                     *           "status": "draft",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BatchCreateSchedulesAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listSites: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `psaCompanyId` is this.
                 * @example 10442
                 */
                psaCompanyId?: string | undefined;
                /**
                 * @description Lists only rows whose `slug` is this.
                 * @example rotterdam-depot
                 */
                slug?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "name" | "-name") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example active
                 */
                status?: ("active" | "inactive" | "archived") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Rotterdam depot",
                     *           "slug": "rotterdam-depot",
                     *           "status": "active",
                     *           "psaCompanyId": "10442",
                     *           "psaParentCompanyId": "10400",
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SitePage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createSite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Rotterdam depot",
                 *       "slug": "rotterdam-depot",
                 *       "status": "active",
                 *       "psaCompanyId": "10442",
                 *       "psaParentCompanyId": "10400",
                 *       "metadata": {
                 *         "costCenter": "4711"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CreateSiteBody"];
            };
        };
        responses: {
            /** @description Created: site. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Rotterdam depot",
                     *       "slug": "rotterdam-depot",
                     *       "status": "active",
                     *       "psaCompanyId": "10442",
                     *       "psaParentCompanyId": "10400",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Site"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getSite: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the site.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: site. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Rotterdam depot",
                     *       "slug": "rotterdam-depot",
                     *       "status": "active",
                     *       "psaCompanyId": "10442",
                     *       "psaParentCompanyId": "10400",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Site"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteSite: {
        parameters: {
            query?: {
                /**
                 * @description True to move the site's agents to the trash with it.
                 * @example false
                 */
                cascade?: boolean | undefined;
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the site.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateSite: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the site.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Rotterdam depot"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateSiteBody"];
            };
        };
        responses: {
            /** @description Done: site. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Rotterdam depot",
                     *       "slug": "rotterdam-depot",
                     *       "status": "active",
                     *       "psaCompanyId": "10442",
                     *       "psaParentCompanyId": "10400",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Site"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreSite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the site.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "slug": "rotterdam-depot"
                 *     }
                 */
                "application/json": components["schemas"]["RestoreSiteBody"];
            };
        };
        responses: {
            /** @description Done: site. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Rotterdam depot",
                     *       "slug": "rotterdam-depot",
                     *       "status": "active",
                     *       "psaCompanyId": "10442",
                     *       "psaParentCompanyId": "10400",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Site"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getSiteView: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the site.
                 * @example vgjrscpr0s5bgtdbca1fhanbxhvcw347
                 */
                siteId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: site. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Rotterdam depot",
                     *       "slug": "rotterdam-depot",
                     *       "status": "active",
                     *       "psaCompanyId": "10442",
                     *       "psaParentCompanyId": "10400",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "agents": {
                     *         "online": 3,
                     *         "offline": 3,
                     *         "isCapped": false
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["GetSiteViewAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    batchCreateSites: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "items": [
                 *         {
                 *           "name": "Antwerp depot",
                 *           "slug": "antwerp-depot",
                 *           "status": "active",
                 *           "psaCompanyId": "10443",
                 *           "psaParentCompanyId": "10400",
                 *           "metadata": {
                 *             "costCenter": "4711"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BatchCreateSitesBody"];
            };
        };
        responses: {
            /** @description Created: site. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Rotterdam depot",
                     *           "slug": "rotterdam-depot",
                     *           "status": "active",
                     *           "psaCompanyId": "10442",
                     *           "psaParentCompanyId": "10400",
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BatchCreateSitesAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listSitesView: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example active
                 */
                status?: ("active" | "inactive" | "archived") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "vgjrscpr0s5bgtdbca1fhanbxhvcw347",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Rotterdam depot",
                     *           "slug": "rotterdam-depot",
                     *           "status": "active",
                     *           "psaCompanyId": "10442",
                     *           "psaParentCompanyId": "10400",
                     *           "metadata": {
                     *             "costCenter": "4711"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000,
                     *           "agents": {
                     *             "online": 3,
                     *             "offline": 3,
                     *             "isCapped": false
                     *           }
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ListSitesViewPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listTeams: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Lists soft-deleted rows instead; needs the permission to delete.
                 * @example only
                 */
                deleted?: "only" | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `name` is this. No control characters, and no marks that change the direction of writing.
                 * @example Field service
                 */
                name?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "name" | "-name") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "name": "Field service",
                     *           "description": "Keeps the wind farms of the north running.",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["TeamPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createTeam: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Field service",
                 *       "description": "Keeps the wind farms of the north running."
                 *     }
                 */
                "application/json": components["schemas"]["CreateTeamBody"];
            };
        };
        responses: {
            /** @description Created: team. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Field service",
                     *       "description": "Keeps the wind farms of the north running.",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Team"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getTeam: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: team. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Field service",
                     *       "description": "Keeps the wind farms of the north running.",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Team"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteTeam: {
        parameters: {
            query?: {
                /**
                 * @description True to delete for good what is in the trash already.
                 * @example false
                 */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateTeam: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Field service"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateTeamBody"];
            };
        };
        responses: {
            /** @description Done: team. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Field service",
                     *       "description": "Keeps the wind farms of the north running.",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Team"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listTeamMembers: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `userId` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "19kz9qtd0ejv2g4mzfjf8sbjvm7sdwgt",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "teamId": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "roleKey": "developer",
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["TeamMemberPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    addTeamMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["AddTeamMemberBody"];
            };
        };
        responses: {
            /** @description Created: team member. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "19kz9qtd0ejv2g4mzfjf8sbjvm7sdwgt",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "teamId": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "developer",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["TeamMember"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    removeTeamMember: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
                /**
                 * @description Id of the user.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateTeamMember: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
                /**
                 * @description Id of the user.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateTeamMemberBody"];
            };
        };
        responses: {
            /** @description Done: team member. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "19kz9qtd0ejv2g4mzfjf8sbjvm7sdwgt",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "teamId": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "developer",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["TeamMember"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    restoreTeam: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the team.
                 * @example tzpf5nqh0kgajrcmtkhdtyg3m69ajxas
                 */
                teamId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "Field service"
                 *     }
                 */
                "application/json": components["schemas"]["RestoreTeamBody"];
            };
        };
        responses: {
            /** @description Done: team. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "tzpf5nqh0kgajrcmtkhdtyg3m69ajxas",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Field service",
                     *       "description": "Keeps the wind farms of the north running.",
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Team"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listTodos: {
        parameters: {
            query?: {
                /**
                 * @description Lists only rows whose `completed` is this.
                 * @example false
                 */
                completed?: boolean | undefined;
                /**
                 * @description Lists only rows whose `createdBy` is this.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                createdBy?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "8qe70pkzrcs65g03w4thpkb8eephjzam",
                     *           "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *           "text": "Order spare parts",
                     *           "completed": false,
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["TodoPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createTodo: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Order spare parts",
                 *       "completed": false
                 *     }
                 */
                "application/json": components["schemas"]["CreateTodoBody"];
            };
        };
        responses: {
            /** @description Created: todo. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "8qe70pkzrcs65g03w4thpkb8eephjzam",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "text": "Order spare parts",
                     *       "completed": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the todo.
                 * @example 8qe70pkzrcs65g03w4thpkb8eephjzam
                 */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: todo. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "8qe70pkzrcs65g03w4thpkb8eephjzam",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "text": "Order spare parts",
                     *       "completed": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Todo"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    deleteTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the todo.
                 * @example 8qe70pkzrcs65g03w4thpkb8eephjzam
                 */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    updateTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the todo.
                 * @example 8qe70pkzrcs65g03w4thpkb8eephjzam
                 */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "text": "Order spare parts"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateTodoBody"];
            };
        };
        responses: {
            /** @description Done: todo. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "8qe70pkzrcs65g03w4thpkb8eephjzam",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "text": "Order spare parts",
                     *       "completed": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    toggleTodo: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id of the todo.
                 * @example 8qe70pkzrcs65g03w4thpkb8eephjzam
                 */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: todo. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "8qe70pkzrcs65g03w4thpkb8eephjzam",
                     *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "text": "Order spare parts",
                     *       "completed": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Todo"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on. Milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time. Milliseconds since the epoch.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /**
                 * @description Lists only rows whose `roleId` is this.
                 * @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13
                 */
                roleId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /**
                 * @description Lists only rows whose `status` is this.
                 * @example active
                 */
                status?: ("active" | "inactive" | "pending") | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the list. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "externalId": "idp_7Hq2Vx9",
                     *           "email": "dana.okoye@example.com",
                     *           "emailVerified": true,
                     *           "name": "Dana Okoye",
                     *           "imageUrl": "https://example.com/pictures/dana.png",
                     *           "status": "active",
                     *           "membershipId": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *           "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *           "roleKey": "member",
                     *           "joinedAt": 1768469400000,
                     *           "lastActivityAt": 1768469400000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": true,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ListUsersPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description `true` answers what the request would answer, refusals included, and keeps nothing of it. Ids and times in the answer are not promised, no credential is made, and an `Idempotency-Key` counts for nothing.
                 * @example false
                 */
                "Portico-Dry-Run"?: components["parameters"]["PorticoDryRun"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "email": "sam.lindqvist@example.com",
                 *       "name": "Dana Okoye",
                 *       "roleKey": "fieldEngineer"
                 *     }
                 */
                "application/json": components["schemas"]["CreateUserBody"];
            };
        };
        responses: {
            /** @description Created: user. */
            201: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    Location: components["headers"]["Location"];
                    "Portico-Dry-Run": components["headers"]["Portico-Dry-Run"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "idp_7Hq2Vx9",
                     *       "email": "dana.okoye@example.com",
                     *       "emailVerified": true,
                     *       "name": "Dana Okoye",
                     *       "imageUrl": "https://example.com/pictures/dana.png",
                     *       "status": "active",
                     *       "membershipId": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "joinedAt": 1768469400000,
                     *       "lastActivityAt": 1768469400000
                     *     }
                     */
                    "application/json": components["schemas"]["CreateUserAnswer"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            422: components["responses"]["Problem422"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or external id of the user.
                 * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
                 */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "idp_7Hq2Vx9",
                     *       "email": "dana.okoye@example.com",
                     *       "emailVerified": true,
                     *       "name": "Dana Okoye",
                     *       "imageUrl": "https://example.com/pictures/dana.png",
                     *       "status": "active",
                     *       "membershipId": "gg2yxsp79waqa9pzk49063rxzng68wtp",
                     *       "roleId": "6fnkkm2yj7yvqhq6q4snq8acf7eptv13",
                     *       "roleKey": "member",
                     *       "joinedAt": 1768469400000,
                     *       "lastActivityAt": 1768469400000
                     *     }
                     */
                    "application/json": components["schemas"]["GetUserAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    getUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or external id of the user.
                 * @example jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
                 */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: user profile. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "displayName": "Dana Okoye",
                     *       "bio": "Keeps the pumps of three sites running."
                     *     }
                     */
                    "application/json": components["schemas"]["GetUserProfileAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            406: components["responses"]["Problem406"];
            409: components["responses"]["Problem409"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    receiveClerkWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "user.deleted",
                 *       "object": "event",
                 *       "timestamp": 1768469400000,
                 *       "data": {
                 *         "id": "user_2abc",
                 *         "object": "user",
                 *         "deleted": true
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ClerkMessage"];
            };
        };
        responses: {
            /** @description It is stored. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "accepted"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookReceipt"];
                };
            };
            400: components["responses"]["Problem400"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
    receiveResendWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "email.bounced",
                 *       "created_at": "2026-01-15T09:30:00.000Z",
                 *       "data": {
                 *         "email_id": "49a3999c-0ce1-4ea6-ab68",
                 *         "to": [
                 *           "dana.okoye@example.com"
                 *         ],
                 *         "tags": {
                 *           "emailId": "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r"
                 *         },
                 *         "bounce": {
                 *           "type": "Permanent",
                 *           "subType": "General",
                 *           "message": "The mailbox does not exist."
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ResendMessage"];
            };
        };
        responses: {
            /** @description It is stored. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "accepted"
                     *     }
                     */
                    "application/json": components["schemas"]["WebhookReceipt"];
                };
            };
            400: components["responses"]["Problem400"];
            413: components["responses"]["Problem413"];
            415: components["responses"]["Problem415"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
        };
    };
}
