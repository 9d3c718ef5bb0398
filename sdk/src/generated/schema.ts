// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

export interface paths {
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
         *     Needs the permission `agentApiLog:read`.
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
         *     Needs the permission `agentEnrollment:read`.
         */
        get: operations["listAgentEnrollmentTokens"];
        put?: never;
        /**
         * Create an agent enrolment token
         * @description The answer shows `token` once; devices enrol with it at the site, 30 days long unless `expiresAt` says otherwise.
         *
         *     Needs the permission `agentEnrollment:create`.
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
         *     For members of the organization; machines and assigned roles need the permission `agent:read`.
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
         *     Needs the permission `agent:delete`.
         */
        delete: operations["deleteAgent"];
        options?: never;
        head?: never;
        /**
         * Update an agent
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `agent:update`.
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
         *     Needs the permission `agent:restore`.
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
         *     Needs the permission `agent:revoke`.
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
         *     For holders of an enrolment token.
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
         *     Needs the permission `apiKey:read`.
         */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Create an API key
         * @description The answer carries the key, once. Its scopes are among the caller's own rights; without `expiresAt` it does not expire. The caller is its owner: the key never does more than its owner could at the moment, and is suspended while the owner is no active member.
         *
         *     Needs the permission `apiKey:create`.
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
         *     Needs the permission `apiKey:update`.
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
         *     Needs the permission `apiKey:update`.
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
         *     Needs the permission `apiKey:revoke`.
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
         *     Needs the permission `apiKey:update`.
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
         *     Needs the permission `auditLog:read`.
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
         *     Needs the permission `auditLog:read`.
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
         *     For members of the organization; machines and assigned roles need the permission `item:read`.
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
         *     Needs the permission `item:delete`.
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
         *     Needs the permission `item:restore`.
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
         * @description Ends every membership and makes the user anonymous for good; the user's API keys are suspended with it, until an administrator adopts them. Refused while the user owns an organization, one in the trash included: only its owner can restore it.
         *
         *     For signed-in people.
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
    "/v1/me/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one's own rights
         * @description What the caller's role in the organization allows, `:own` where it reaches only the caller's own rows.
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
         *     For signed-in people.
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
         * @description Creates the user of a token that was never seen before, or links the user who was added with the same e-mail address. Takes name, picture and a verified address from the token, and accepts the memberships that wait for that address. An address that the token does not call verified counts for nothing.
         *
         *     For anybody with a token of a trusted issuer, known here yet or not.
         */
        post: operations["syncCurrentUser"];
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
         *     For members of the organization; machines and assigned roles need the permission `member:read`.
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
         * @description Ends the membership for good; what the member wrote stays. The member's API keys are suspended at once, until an administrator adopts them (`GET /v1/api-keys?ownerId=…` lists them).
         *
         *     Needs the permission `member:remove`.
         */
        delete: operations["removeMembership"];
        options?: never;
        head?: never;
        /**
         * Update a membership
         * @description Changes the role (by `roleId` or `roleKey`), the status or the metadata of a member of lower rank; of an administrator, if one holds all the administrator's rights. A role can be given up to one's own rank and if its rights are among one's own, for an API key among its scopes; activating a member gives the role anew. Ownership is not assigned; the owner transfers it by `POST /v1/organizations/{organizationId}/transfer-ownership`. The member's API keys do no more than the member from then on, and are suspended while the membership is inactive.
         *
         *     Needs the permission `member:update`.
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
         *     Needs the permission `member:ban`.
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
         *     Needs the permission `member:ban`.
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
         *     For members of the organization; machines and assigned roles need the permission `me:update`.
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
         *     For members of the organization; machines and assigned roles need the permission `me:update`.
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
         *     For signed-in people.
         */
        get: operations["listOrganizations"];
        put?: never;
        /**
         * Create an organization
         * @description The caller becomes its owner. The slug is made from the name unless given.
         *
         *     For signed-in people.
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
         * @description Every key and every member is refused from now on. It can be restored until `purgeAfter`, keeps its names until then, and is purged afterwards. Send the organization's slug as `confirmSlug`.
         *
         *     Needs the permission `organization:delete`.
         */
        delete: operations["deleteOrganization"];
        options?: never;
        head?: never;
        /**
         * Update an organization
         * @description Fields left out stay as they are, in `settings` too; null clears an optional field. `externalId` is set once, by the owner.
         *
         *     Needs the permission `organization:update`.
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
         * @description Now, instead of at `purgeAfter`: everything of the organization is deleted for good, step by step after the answer; then its names are free. Send the organization's slug as `confirmSlug`.
         *
         *     Needs the permission `organization:purge`.
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
         *     Needs the permission `organization:delete`.
         */
        post: operations["restoreOrganization"];
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
         * @description An active member becomes the owner, and the owner who calls becomes an administrator, at once. Transferring to oneself changes nothing. API keys go on.
         *
         *     Needs the permission `organization:transfer`.
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
         *     For members of the organization; machines and assigned roles need the permission `role:read`.
         */
        get: operations["listRoles"];
        put?: never;
        /**
         * Create a role
         * @description Needs the permission `role:create`.
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
         *     Needs the permission `role:delete`.
         */
        delete: operations["deleteRole"];
        options?: never;
        head?: never;
        /**
         * Update a role
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `role:update`.
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
         *     Needs the permission `role:restore`.
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
         *     For members of the organization; machines and assigned roles need the permission `schedule:read`.
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
         *     Needs the permission `schedule:delete`.
         */
        delete: operations["deleteSchedule"];
        options?: never;
        head?: never;
        /**
         * Update a schedule
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `schedule:update`.
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
         * @description Needs the permission `schedule:update`.
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
         *     Needs the permission `schedule:update`.
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
         * @description Needs the permission `schedule:update`.
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
         *     Needs the permission `schedule:restore`.
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
         *     For members of the organization; machines and assigned roles need the permission `site:read`.
         */
        get: operations["listSites"];
        put?: never;
        /**
         * Create a site
         * @description Needs the permission `site:create`.
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
         *     Needs the permission `site:delete`.
         */
        delete: operations["deleteSite"];
        options?: never;
        head?: never;
        /**
         * Update a site
         * @description Fields left out stay as they are; null clears an optional field.
         *
         *     Needs the permission `site:update`.
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
         *     Needs the permission `site:restore`.
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
         *     Needs the permission `site:create`.
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
         *     For members of the organization; machines and assigned roles need the permission `site:read`.
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
         *     For members of the organization; machines and assigned roles need the permission `todo:read`.
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
         *     Needs the permission `todo:delete`.
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
         *     For members of the organization; machines and assigned roles need the permission `user:read`.
         */
        get: operations["listUsers"];
        put?: never;
        /**
         * Add a user to the organization
         * @description Finds the user with this verified e-mail address, or adds one who waits for the first login. The membership is pending until then, and shows the invitation only; a user who is known already accepts it by `POST /v1/me/sync`. The role is `member` unless given, up to the caller's rank and within the caller's rights; an API key's are its scopes.
         *
         *     Needs the permission `member:invite`.
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Agent: {
            /**
             * Format: int32
             * @description Seconds to the next check-in, as the agent was last told; it is overdue after two of them.
             */
            checkinIntervalSeconds?: number;
            /** @enum {string} */
            connectionStatus: "online" | "offline";
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @enum {string} */
            credentialStatus: "active" | "revoked";
            /** Format: int64 */
            deletedAt?: number;
            /** @description The address the agent was seen from. */
            extAddress?: string;
            /** @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`. */
            guid: string;
            hostname: string;
            /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
            id: string;
            ipAddress?: string;
            /** Format: int64 */
            keyRotatedAt?: number;
            /** Format: int64 */
            lastCheckinAt?: number;
            macAddress?: string;
            /** @description Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** @enum {string} */
            platform: "windows" | "macos" | "linux" | "other";
            /** Format: int64 */
            registeredAt: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId: string;
            tags?: string[];
            /** Format: int64 */
            updatedAt: number;
            version: string;
        };
        AgentApiLog: {
            /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
            agentId: string;
            /** Format: int64 */
            createdAt: number;
            /** @description Path template of the call. */
            endpoint: string;
            errorMessage?: string;
            /** Format: int64 */
            expiresAt: number;
            externalId?: string;
            /** @example e3tjc6shwatbxy16qtqhxrcfeqjm3e9z */
            id: string;
            method: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            psaSiteId?: string;
            reqMetadata?: unknown;
            resMetadata?: unknown;
            rmmDeviceId?: string;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId?: string;
            /** Format: int32 */
            statusCode: number;
            timeElapsedMs?: number;
        };
        AgentApiLogPage: {
            data: components["schemas"]["AgentApiLog"][];
            page: components["schemas"]["PageInfo"];
        };
        AgentEnrollmentToken: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            expiresAt: number;
            /** @example ybahcmrcdj3v0y6snv2tzjrmhyrb1eee */
            id: string;
            /**
             * Format: int32
             * @description Unset: any number of devices.
             */
            maxUses?: number;
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** Format: int64 */
            revokedAt?: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId: string;
            tokenPrefix: string;
            /** Format: int64 */
            updatedAt: number;
            /** Format: int32 */
            useCount: number;
        };
        AgentEnrollmentTokenPage: {
            data: components["schemas"]["AgentEnrollmentToken"][];
            page: components["schemas"]["PageInfo"];
        };
        AgentPage: {
            data: components["schemas"]["Agent"][];
            page: components["schemas"]["PageInfo"];
        };
        ApiKey: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            expiresAt?: number;
            /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
            id: string;
            keyPrefix: string;
            /** Format: int64 */
            lastUsedAt?: number;
            lastUsedIp?: string;
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /**
             * @description The person the key acts for, and never beyond: who created it, or has adopted it since.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId?: string;
            /** Format: int64 */
            previousKeyExpiresAt?: number;
            /** Format: int64 */
            revokedAt?: number;
            scopes: string[];
            /** @enum {string} */
            status: "active" | "revoked";
            /**
             * @description Why the key is refused though it is active: what became of its owner. Computed at each read.
             * @enum {string}
             */
            suspension?: "owner_deleted" | "owner_inactive" | "not_a_member" | "membership_inactive" | "membership_banned";
            /** Format: int64 */
            updatedAt: number;
        };
        ApiKeyPage: {
            data: components["schemas"]["ApiKey"][];
            page: components["schemas"]["PageInfo"];
        };
        AuditLog: {
            /** @description `<resource>.<verb>`. */
            action: string;
            /** @enum {string} */
            actorType: "user" | "apiKey" | "agent" | "system" | "webhook";
            /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
            agentId?: string;
            /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
            apiKeyId?: string;
            /** @description create: values; update: `{field: {from, to}}`; delete: last values. */
            changes?: unknown;
            /** Format: int64 */
            createdAt: number;
            errorMessage?: string;
            /** Format: int64 */
            expiresAt: number;
            /** @example 3y4bgc2vxz9k8kdk24rdypthbfgpgwcc */
            id: string;
            ipAddress?: string;
            metadata?: unknown;
            /** @enum {string} */
            operation: "create" | "update" | "delete" | "restore" | "purge" | "access" | "other";
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId?: string;
            recordId?: string;
            requestId?: string;
            /** @enum {string} */
            result: "success" | "error" | "denied";
            tableName?: string;
            userAgent?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId?: string;
        };
        AuditLogPage: {
            data: components["schemas"]["AuditLog"][];
            page: components["schemas"]["PageInfo"];
        };
        /** @enum {string} */
        AuditLogResult: "success" | "error" | "denied";
        AuthorizationServer: {
            grant_types_supported: string[];
            /** Format: uri */
            issuer: string;
            /** Format: uri */
            jwks_uri: string;
            response_types_supported: string[];
            scopes_supported: string[];
            /** Format: uri */
            service_documentation: string;
            /** Format: uri */
            token_endpoint: string;
            token_endpoint_auth_methods_supported: string[];
        };
        BanMemberBody: {
            reason: string;
            /** Format: int64 */
            until?: number | undefined;
        };
        BatchCreateItemsAnswer: {
            data: components["schemas"]["Item"][];
        };
        BatchCreateItemsBody: {
            items: {
                description?: string | undefined;
                /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
                metadata?: {
                    [key: string]: unknown;
                } | undefined;
                name: string;
                /** @description `open` unless given. */
                status?: string | undefined;
                tags?: string[] | undefined;
            }[];
        };
        BatchCreateSchedulesAnswer: {
            data: components["schemas"]["Schedule"][];
        };
        BatchCreateSchedulesBody: {
            items: {
                description?: string | undefined;
                /**
                 * Format: int64
                 * @description After `startDate`.
                 */
                endDate: number;
                /** Format: int64 */
                startDate: number;
                /**
                 * @description `draft` unless given.
                 * @enum {string}
                 */
                status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
                title: string;
                /**
                 * @description Whose schedule it is; the caller unless given.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string | undefined;
            }[];
        };
        BatchCreateSitesAnswer: {
            data: components["schemas"]["Site"][];
        };
        BatchCreateSitesBody: {
            items: {
                /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
                metadata?: {
                    [key: string]: unknown;
                } | undefined;
                name: string;
                psaCompanyId?: string | undefined;
                psaParentCompanyId?: string | undefined;
                /** @description Made from the name unless given. */
                slug?: string | undefined;
                /**
                 * @description `active` unless given.
                 * @enum {string}
                 */
                status?: ("active" | "inactive" | "archived") | undefined;
            }[];
        };
        CancelScheduleBody: {
            reason?: string | undefined;
        };
        CheckInAgentAnswer: {
            /** @description What of the facts was left out and why, as in a problem's `errors`. */
            droppedFacts?: {
                code: string;
                message: string;
                pointer: string;
            }[];
            /**
             * Format: int32
             * @description Seconds from one check-in to the next.
             */
            nextCheckinInSeconds: number;
            /** Format: int64 */
            serverTime: number;
            settings: {
                /**
                 * Format: int32
                 * @description Seconds from one check-in to the next.
                 */
                agentCheckinIntervalSeconds: number;
                timezone: string;
            };
        };
        CheckInAgentBody: {
            /** @description What went wrong on the device since the last check-in. */
            errors?: string[] | undefined;
            /** @description What the device tells of itself, such as OS, CPU and disks, under any names. A fact that cannot be kept whole is left out and listed in `droppedFacts`: what `metadata` does not take, and what comes after 16384 bytes or 256 facts. */
            facts?: {
                [key: string]: unknown;
            } | undefined;
            hostname?: string | undefined;
            ipAddress?: (string) | undefined;
            version: string;
        };
        CreateAgentEnrollmentTokenAnswer: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            expiresAt: number;
            /** @example ybahcmrcdj3v0y6snv2tzjrmhyrb1eee */
            id: string;
            /**
             * Format: int32
             * @description Unset: any number of devices.
             */
            maxUses?: number;
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** Format: int64 */
            revokedAt?: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId: string;
            /** @description The token itself, shown this once. */
            token?: string;
            tokenPrefix: string;
            /** Format: int64 */
            updatedAt: number;
            /** Format: int32 */
            useCount: number;
        };
        CreateAgentEnrollmentTokenBody: {
            /** Format: int64 */
            expiresAt?: number | undefined;
            /**
             * Format: int32
             * @description Unset: any number of devices.
             */
            maxUses?: number | undefined;
            name: string;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId: string;
        };
        CreateApiKeyAnswer: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            expiresAt?: number;
            /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
            id: string;
            /** @description The key itself, in the first answer only. */
            key?: string;
            keyPrefix: string;
            /** Format: int64 */
            lastUsedAt?: number;
            lastUsedIp?: string;
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /**
             * @description The person the key acts for, and never beyond: who created it, or has adopted it since.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId?: string;
            /** Format: int64 */
            previousKeyExpiresAt?: number;
            /** Format: int64 */
            revokedAt?: number;
            scopes: string[];
            /** @enum {string} */
            status: "active" | "revoked";
            /**
             * @description Why the key is refused though it is active: what became of its owner. Computed at each read.
             * @enum {string}
             */
            suspension?: "owner_deleted" | "owner_inactive" | "not_a_member" | "membership_inactive" | "membership_banned";
            /** Format: int64 */
            updatedAt: number;
        };
        CreateApiKeyBody: {
            /** Format: int64 */
            expiresAt?: number | undefined;
            name: string;
            scopes: string[];
        };
        CreateItemBody: {
            description?: string | undefined;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            name: string;
            /** @description `open` unless given. */
            status?: string | undefined;
            tags?: string[] | undefined;
        };
        CreateOrganizationBody: {
            /** @description The organization's id at the identity provider. */
            externalId?: string | undefined;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            name: string;
            settings?: {
                /** Format: int32 */
                agentCheckinIntervalSeconds?: number | undefined;
                /** Format: int32 */
                apiLogRetentionDays?: number | undefined;
                /** Format: int32 */
                auditRetentionDays?: number | undefined;
                currency?: string | undefined;
                /** Format: int32 */
                healthDownThreshold?: number | undefined;
                timezone?: string | undefined;
                /** Format: int32 */
                trashRetentionDays?: number | undefined;
            } | undefined;
            slug?: string | undefined;
        };
        CreateRoleBody: {
            areaPermissions?: {
                /** @enum {string} */
                docks?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                operations?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                projects?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                resources?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                settings?: ("full" | "read" | "none") | undefined;
            } | undefined;
            description?: string | undefined;
            key?: string | undefined;
            name: string;
            /** Format: int32 */
            rank?: number | undefined;
            rights?: string[] | undefined;
            /** @enum {string} */
            scope?: ("organization" | "assigned") | undefined;
        };
        CreateScheduleBody: {
            description?: string | undefined;
            /**
             * Format: int64
             * @description After `startDate`.
             */
            endDate: number;
            /** Format: int64 */
            startDate: number;
            /**
             * @description `draft` unless given.
             * @enum {string}
             */
            status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
            title: string;
            /**
             * @description Whose schedule it is; the caller unless given.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string | undefined;
        };
        CreateSiteBody: {
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            } | undefined;
            name: string;
            psaCompanyId?: string | undefined;
            psaParentCompanyId?: string | undefined;
            /** @description Made from the name unless given. */
            slug?: string | undefined;
            /**
             * @description `active` unless given.
             * @enum {string}
             */
            status?: ("active" | "inactive" | "archived") | undefined;
        };
        CreateTodoBody: {
            /** @description `false` unless given. */
            completed?: boolean | undefined;
            text: string;
        };
        CreateUserAnswer: {
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing.
             */
            email?: string;
            emailVerified: boolean;
            /** @description The user's id at the identity provider. */
            externalId?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            id: string;
            /** Format: uri */
            imageUrl?: string;
            /** Format: int64 */
            joinedAt?: number;
            /** Format: int64 */
            lastActivityAt?: number;
            /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
            membershipId: string;
            name: string;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            roleId: string;
            roleKey: string;
            /**
             * @description Of the membership.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
        };
        CreateUserBody: {
            /** Format: email */
            email: string;
            name?: string | undefined;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            roleId?: string | undefined;
            roleKey?: string | undefined;
        };
        EnrollAgentAnswer: {
            /**
             * Format: int32
             * @description Seconds from one check-in to the next.
             */
            checkinIntervalSeconds: number;
            /** @enum {string} */
            connectionStatus: "online" | "offline";
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @enum {string} */
            credentialStatus: "active" | "revoked";
            /** Format: int64 */
            deletedAt?: number;
            /** @description The address the agent was seen from. */
            extAddress?: string;
            /** @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`. */
            guid: string;
            hostname: string;
            /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
            id: string;
            ipAddress?: string;
            /** @description The agent's key itself, shown this once. */
            key?: string;
            /** Format: int64 */
            keyRotatedAt?: number;
            /** Format: int64 */
            lastCheckinAt?: number;
            macAddress?: string;
            /** @description Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** @enum {string} */
            platform: "windows" | "macos" | "linux" | "other";
            /** Format: int64 */
            registeredAt: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId: string;
            tags?: string[];
            /** Format: int64 */
            updatedAt: number;
            version: string;
        };
        EnrollAgentBody: {
            /** @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`. */
            guid: string;
            hostname: string;
            ipAddress?: (string) | undefined;
            macAddress?: string | undefined;
            /** @enum {string} */
            platform: "windows" | "macos" | "linux" | "other";
            version: string;
        };
        GetCurrentUserAnswer: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            defaultOrganizationId?: string;
            /** Format: int64 */
            deletedAt?: number;
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing.
             */
            email?: string;
            emailVerified: boolean;
            /** @description The user's id at the identity provider. */
            externalId?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            id: string;
            /** Format: uri */
            imageUrl?: string;
            isPlatformAdmin: boolean;
            /** Format: int64 */
            lastActivityAt?: number;
            membership?: {
                /** Format: int64 */
                bannedAt?: number;
                /** Format: int64 */
                bannedUntil?: number;
                /** Format: int64 */
                createdAt: number;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                createdBy?: string;
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
                currentSiteId?: string;
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
                id: string;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                invitedBy?: string;
                /**
                 * Format: email
                 * @description The address that was invited; whoever signs in with it, verified, takes the membership.
                 */
                invitedEmail?: string;
                invitedName?: string;
                /** Format: int64 */
                joinedAt?: number;
                /** Format: int64 */
                lastActivityAt?: number;
                /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
                metadata?: {
                    [key: string]: unknown;
                };
                /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
                organizationId: string;
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
                roleId: string;
                roleKey: string;
                /** @enum {string} */
                status: "active" | "inactive" | "pending";
                /** Format: int64 */
                updatedAt: number;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                userId: string;
            };
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            organization?: components["schemas"]["Organization"];
            role?: components["schemas"]["Role"];
            /** @enum {string} */
            status: "active" | "inactive" | "pending";
            /** Format: int64 */
            updatedAt: number;
        };
        GetMyPermissionsAnswer: {
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** Format: int64 */
            rank: number;
            rights: string[];
            roleKey?: string;
        };
        GetMyProfileAnswer: {
            bio?: string;
            displayName: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId: string;
        };
        GetMySettingsAnswer: {
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            dashboardLayout?: {
                [key: string]: unknown;
            };
            /** @description BCP 47 language tag. */
            locale?: string;
            notificationsEnabled: boolean;
            /** @enum {string} */
            theme: "light" | "dark" | "system";
            /** @description IANA time zone name. */
            timezone?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId: string;
        };
        GetOrganizationBySlugAnswer: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            /** @description The organization's id at the identity provider. */
            externalId?: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            id: string;
            members?: {
                /**
                 * Format: email
                 * @description Absent until the identity provider has verified one; what it has not verified proves nothing.
                 */
                email?: string;
                emailVerified: boolean;
                /** @description The user's id at the identity provider. */
                externalId?: string;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                id: string;
                /** Format: uri */
                imageUrl?: string;
                /** Format: int64 */
                joinedAt?: number;
                /** Format: int64 */
                lastActivityAt?: number;
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
                membershipId: string;
                name: string;
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
                roleId: string;
                roleKey: string;
                /**
                 * @description Of the membership.
                 * @enum {string}
                 */
                status: "active" | "inactive" | "pending";
            }[];
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            ownerId: string;
            /** Format: int64 */
            purgeAfter?: number;
            settings: {
                /** Format: int32 */
                agentCheckinIntervalSeconds: number;
                /** Format: int32 */
                apiLogRetentionDays: number;
                /** Format: int32 */
                auditRetentionDays: number;
                currency: string;
                /** Format: int32 */
                healthDownThreshold: number;
                timezone: string;
                /** Format: int32 */
                trashRetentionDays: number;
            };
            slug: string;
            /** @enum {string} */
            status: "active" | "inactive" | "suspended";
            /** Format: int64 */
            updatedAt: number;
        };
        GetSiteViewAnswer: {
            agents: {
                /** @description The site has more agents than were counted: both numbers are lower bounds. */
                isCapped: boolean;
                /** Format: int32 */
                offline: number;
                /** Format: int32 */
                online: number;
            };
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            id: string;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            psaCompanyId?: string;
            psaParentCompanyId?: string;
            /** @description Made from the name unless given. */
            slug: string;
            /** @enum {string} */
            status: "active" | "inactive" | "archived";
            /** Format: int64 */
            updatedAt: number;
        };
        GetUserAnswer: {
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing.
             */
            email?: string;
            emailVerified: boolean;
            /** @description The user's id at the identity provider. */
            externalId?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            id: string;
            /** Format: uri */
            imageUrl?: string;
            /** Format: int64 */
            joinedAt?: number;
            /** Format: int64 */
            lastActivityAt?: number;
            /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
            membershipId: string;
            name: string;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            roleId: string;
            roleKey: string;
            /**
             * @description Of the membership.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
        };
        GetUserProfileAnswer: {
            bio?: string;
            displayName: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId: string;
        };
        Health: {
            /** @enum {string} */
            status: "ok";
            /**
             * Format: int64
             * @description Milliseconds since the epoch.
             */
            time: number;
            /** @enum {string} */
            version: "v1";
        };
        Item: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            description?: string;
            /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
            id: string;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            status: string;
            tags?: string[];
            /** Format: int64 */
            updatedAt: number;
        };
        ItemPage: {
            data: components["schemas"]["Item"][];
            page: components["schemas"]["PageInfo"];
        };
        JsonWebKeySet: {
            keys: {
                /** @enum {string} */
                alg: "ES256";
                /** @enum {string} */
                crv: "P-256";
                kid: string;
                /** @enum {string} */
                kty: "EC";
                /** @enum {string} */
                use: "sig";
                x: string;
                y: string;
            }[];
        };
        ListOrganizationsPage: {
            data: components["schemas"]["ListOrganizationsRow"][];
            page: components["schemas"]["PageInfo"];
        };
        ListOrganizationsRow: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            /** @description The organization's id at the identity provider. */
            externalId?: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            id: string;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            ownerId: string;
            /** Format: int64 */
            purgeAfter?: number;
            roleKey: string;
            settings: {
                /** Format: int32 */
                agentCheckinIntervalSeconds: number;
                /** Format: int32 */
                apiLogRetentionDays: number;
                /** Format: int32 */
                auditRetentionDays: number;
                currency: string;
                /** Format: int32 */
                healthDownThreshold: number;
                timezone: string;
                /** Format: int32 */
                trashRetentionDays: number;
            };
            slug: string;
            /** @enum {string} */
            status: "active" | "inactive" | "suspended";
            /** Format: int64 */
            updatedAt: number;
        };
        ListPermissionsAnswer: {
            data: {
                action: string;
                description: string;
                /** @description May be a scope of an API key. */
                grantable: boolean;
                /** @description `<resource>:<action>`. */
                permission: string;
                resource: string;
                /** @description Built-in roles that have it. */
                roles: {
                    key: string;
                    /** @enum {string} */
                    reach: "all" | "own";
                }[];
            }[];
        };
        ListSitesViewPage: {
            data: components["schemas"]["ListSitesViewRow"][];
            page: components["schemas"]["PageInfo"];
        };
        ListSitesViewRow: {
            agents: {
                /** @description The site has more agents than were counted: both numbers are lower bounds. */
                isCapped: boolean;
                /** Format: int32 */
                offline: number;
                /** Format: int32 */
                online: number;
            };
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            id: string;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            psaCompanyId?: string;
            psaParentCompanyId?: string;
            /** @description Made from the name unless given. */
            slug: string;
            /** @enum {string} */
            status: "active" | "inactive" | "archived";
            /** Format: int64 */
            updatedAt: number;
        };
        ListUsersPage: {
            data: components["schemas"]["ListUsersRow"][];
            page: components["schemas"]["PageInfo"];
        };
        ListUsersRow: {
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing.
             */
            email?: string;
            emailVerified: boolean;
            /** @description The user's id at the identity provider. */
            externalId?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            id: string;
            /** Format: uri */
            imageUrl?: string;
            /** Format: int64 */
            joinedAt?: number;
            /** Format: int64 */
            lastActivityAt?: number;
            /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
            membershipId: string;
            name: string;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            roleId: string;
            roleKey: string;
            /**
             * @description Of the membership.
             * @enum {string}
             */
            status: "active" | "inactive" | "pending";
        };
        Membership: {
            /** Format: int64 */
            bannedAt?: number;
            /** Format: int64 */
            bannedUntil?: number;
            banReason?: string;
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            currentSiteId?: string;
            /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
            id: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            invitedBy?: string;
            /**
             * Format: email
             * @description The address that was invited; whoever signs in with it, verified, takes the membership.
             */
            invitedEmail?: string;
            invitedName?: string;
            /** Format: int64 */
            joinedAt?: number;
            /** Format: int64 */
            lastActivityAt?: number;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            roleId: string;
            roleKey: string;
            /** @enum {string} */
            status: "active" | "inactive" | "pending";
            /** Format: int64 */
            updatedAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId: string;
        };
        MembershipPage: {
            data: components["schemas"]["Membership"][];
            page: components["schemas"]["PageInfo"];
        };
        OAuthError: {
            /** @enum {string} */
            error: "invalid_client" | "invalid_request" | "invalid_scope" | "temporarily_unavailable" | "unauthorized_client" | "unsupported_grant_type";
            error_description: string;
        };
        Organization: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            /** @description The organization's id at the identity provider. */
            externalId?: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            id: string;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            ownerId: string;
            /** Format: int64 */
            purgeAfter?: number;
            settings: {
                /** Format: int32 */
                agentCheckinIntervalSeconds: number;
                /** Format: int32 */
                apiLogRetentionDays: number;
                /** Format: int32 */
                auditRetentionDays: number;
                currency: string;
                /** Format: int32 */
                healthDownThreshold: number;
                timezone: string;
                /** Format: int32 */
                trashRetentionDays: number;
            };
            slug: string;
            /** @enum {string} */
            status: "active" | "inactive" | "suspended";
            /** Format: int64 */
            updatedAt: number;
        };
        PageInfo: {
            hasMore: boolean;
            /** Format: int32 */
            limit: number;
            /** @description The next page's `cursor`; null on the last page. */
            nextCursor: string | null;
        };
        /** @description Problem details (RFC 9457). Branch on `code`; `type` is a page that explains it. */
        Problem: {
            /** @description Stable; each answer names those it may carry. */
            code: string;
            /** @description What went wrong this time. */
            detail: string;
            errors?: components["schemas"]["ProblemFault"][];
            requestId: string;
            /** Format: int32 */
            status: number;
            title: string;
            /**
             * Format: uri-reference
             * @description Page of the code on this deployment.
             */
            type: string;
        };
        ProblemEntry: {
            code: string;
            /** @description What the caller can do about it. */
            mend: string;
            /** Format: int32 */
            status: number;
            title: string;
            /** Format: uri */
            type: string;
        };
        /** @description One fault inside a request. */
        ProblemFault: {
            code: string;
            message: string;
            /** @description JSON Pointer (RFC 6901) to the field. */
            pointer: string;
        };
        ProblemIndex: {
            problems: components["schemas"]["ProblemEntry"][];
        };
        ProtectedResource: {
            authorization_servers: string[];
            bearer_methods_supported: string[];
            /** Format: uri */
            resource: string;
            /** Format: uri */
            resource_documentation: string;
            resource_name: string;
            scopes_supported: string[];
        };
        PurgeOrganizationBody: {
            /** @description Id or slug. */
            confirmSlug: string;
        };
        RestoreRoleBody: {
            key?: string | undefined;
            name?: string | undefined;
        };
        RestoreSiteBody: {
            /** @description Made from the name unless given. */
            slug?: string | undefined;
        };
        Role: {
            areaPermissions?: {
                /** @enum {string} */
                docks?: "full" | "read" | "none";
                /** @enum {string} */
                operations?: "full" | "read" | "none";
                /** @enum {string} */
                projects?: "full" | "read" | "none";
                /** @enum {string} */
                resources?: "full" | "read" | "none";
                /** @enum {string} */
                settings?: "full" | "read" | "none";
            };
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            description?: string;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            id: string;
            isSystem: boolean;
            key: string;
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId?: string;
            /** Format: int32 */
            rank: number;
            rights: string[];
            /** @enum {string} */
            scope: "organization" | "assigned";
            /** Format: int64 */
            updatedAt: number;
        };
        RolePage: {
            data: components["schemas"]["Role"][];
            page: components["schemas"]["PageInfo"];
        };
        RotateAgentKeyAnswer: {
            /**
             * Format: int32
             * @description Seconds to the next check-in, as the agent was last told; it is overdue after two of them.
             */
            checkinIntervalSeconds?: number;
            /** @enum {string} */
            connectionStatus: "online" | "offline";
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @enum {string} */
            credentialStatus: "active" | "revoked";
            /** Format: int64 */
            deletedAt?: number;
            /** @description The address the agent was seen from. */
            extAddress?: string;
            /** @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`. */
            guid: string;
            hostname: string;
            /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
            id: string;
            ipAddress?: string;
            /** @description The agent's key itself, shown this once. */
            key?: string;
            /** Format: int64 */
            keyRotatedAt?: number;
            /** Format: int64 */
            lastCheckinAt?: number;
            macAddress?: string;
            /** @description Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** @enum {string} */
            platform: "windows" | "macos" | "linux" | "other";
            /** Format: int64 */
            registeredAt: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId: string;
            tags?: string[];
            /** Format: int64 */
            updatedAt: number;
            version: string;
        };
        RotateApiKeyAnswer: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            expiresAt?: number;
            /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
            id: string;
            /** @description The key itself, in the first answer only. */
            key?: string;
            keyPrefix: string;
            /** Format: int64 */
            lastUsedAt?: number;
            lastUsedIp?: string;
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /**
             * @description The person the key acts for, and never beyond: who created it, or has adopted it since.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            ownerId?: string;
            /** Format: int64 */
            previousKeyExpiresAt?: number;
            /** Format: int64 */
            revokedAt?: number;
            scopes: string[];
            /** @enum {string} */
            status: "active" | "revoked";
            /**
             * @description Why the key is refused though it is active: what became of its owner. Computed at each read.
             * @enum {string}
             */
            suspension?: "owner_deleted" | "owner_inactive" | "not_a_member" | "membership_inactive" | "membership_banned";
            /** Format: int64 */
            updatedAt: number;
        };
        RotateApiKeyBody: {
            /**
             * Format: int32
             * @description `0` unless given.
             */
            graceSeconds?: number | undefined;
        };
        Schedule: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            description?: string;
            /**
             * Format: int64
             * @description After `startDate`.
             */
            endDate: number;
            /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
            id: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            /** Format: int64 */
            startDate: number;
            /** @enum {string} */
            status: "draft" | "active" | "completed" | "cancelled";
            title: string;
            /** Format: int64 */
            updatedAt: number;
            /**
             * @description Whose schedule it is; the caller unless given.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        SchedulePage: {
            data: components["schemas"]["Schedule"][];
            page: components["schemas"]["PageInfo"];
        };
        Site: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** Format: int64 */
            deletedAt?: number;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            id: string;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            psaCompanyId?: string;
            psaParentCompanyId?: string;
            /** @description Made from the name unless given. */
            slug: string;
            /** @enum {string} */
            status: "active" | "inactive" | "archived";
            /** Format: int64 */
            updatedAt: number;
        };
        SitePage: {
            data: components["schemas"]["Site"][];
            page: components["schemas"]["PageInfo"];
        };
        SwitchOrganizationAnswer: {
            membership: {
                /** Format: int64 */
                bannedAt?: number;
                /** Format: int64 */
                bannedUntil?: number;
                /** Format: int64 */
                createdAt: number;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                createdBy?: string;
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
                currentSiteId?: string;
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
                id: string;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                invitedBy?: string;
                /**
                 * Format: email
                 * @description The address that was invited; whoever signs in with it, verified, takes the membership.
                 */
                invitedEmail?: string;
                invitedName?: string;
                /** Format: int64 */
                joinedAt?: number;
                /** Format: int64 */
                lastActivityAt?: number;
                /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
                metadata?: {
                    [key: string]: unknown;
                };
                /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
                organizationId: string;
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
                roleId: string;
                roleKey: string;
                /** @enum {string} */
                status: "active" | "inactive" | "pending";
                /** Format: int64 */
                updatedAt: number;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                userId: string;
            };
            organization: components["schemas"]["Organization"];
        };
        SwitchOrganizationBody: {
            /** @description Id or slug. */
            organizationId?: string | undefined;
            /** @description Id or slug. */
            slug?: string | undefined;
        };
        Todo: {
            completed: boolean;
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
            id: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            organizationId: string;
            text: string;
            /** Format: int64 */
            updatedAt: number;
        };
        TodoPage: {
            data: components["schemas"]["Todo"][];
            page: components["schemas"]["PageInfo"];
        };
        Token: {
            /** @description A JWT, signed with ES256. */
            access_token: string;
            /**
             * Format: int32
             * @description Seconds.
             */
            expires_in: number;
            scope: string;
            /** @enum {string} */
            token_type: "Bearer";
        };
        TokenRequest: {
            /** @description Any name; the secret alone says who calls. */
            client_id?: string | undefined;
            /**
             * Format: password
             * @description An API key or agent key, unless it is sent by HTTP Basic.
             */
            client_secret?: string | undefined;
            /** @enum {string} */
            grant_type: "client_credentials";
            /** @description Scopes with a space between them; all that the key holds unless given. */
            scope?: string | undefined;
        };
        TransferOwnershipBody: {
            /**
             * @description An active member of the organization.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId: string;
        };
        UpdateAgentBody: {
            /** @description Free-form JSON with any field names, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            siteId?: string | undefined;
            tags?: (string[] | null) | undefined;
        };
        UpdateApiKeyBody: {
            name?: string | undefined;
            scopes?: string[] | undefined;
        };
        UpdateCurrentUserBody: {
            /** Format: uri */
            imageUrl?: (string | null) | undefined;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            name?: string | undefined;
        };
        UpdateItemBody: {
            description?: (string | null) | undefined;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            name?: string | undefined;
            status?: string | undefined;
            tags?: (string[] | null) | undefined;
        };
        UpdateMembershipBody: {
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
            roleId?: string | undefined;
            roleKey?: string | undefined;
            /** @enum {string} */
            status?: ("active" | "inactive") | undefined;
        };
        UpdateMyMembershipBody: {
            /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
            currentSiteId?: (string | null) | undefined;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
        };
        UpdateMySettingsAnswer: {
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            dashboardLayout?: {
                [key: string]: unknown;
            };
            /** @description BCP 47 language tag. */
            locale?: string;
            notificationsEnabled: boolean;
            /** @enum {string} */
            theme: "light" | "dark" | "system";
            /** @description IANA time zone name. */
            timezone?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId: string;
        };
        UpdateMySettingsBody: {
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            dashboardLayout?: ({
                [key: string]: unknown;
            } | null) | undefined;
            /** @description BCP 47 language tag. */
            locale?: (string | null) | undefined;
            notificationsEnabled?: boolean | undefined;
            /** @enum {string} */
            theme?: ("light" | "dark" | "system") | undefined;
            /** @description IANA time zone name. */
            timezone?: (string | null) | undefined;
        };
        UpdateOrganizationBody: {
            /** @description The organization's id at the identity provider. */
            externalId?: string | undefined;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            name?: string | undefined;
            settings?: {
                /** Format: int32 */
                agentCheckinIntervalSeconds?: number | undefined;
                /** Format: int32 */
                apiLogRetentionDays?: number | undefined;
                /** Format: int32 */
                auditRetentionDays?: number | undefined;
                currency?: string | undefined;
                /** Format: int32 */
                healthDownThreshold?: number | undefined;
                timezone?: string | undefined;
                /** Format: int32 */
                trashRetentionDays?: number | undefined;
            } | undefined;
            slug?: string | undefined;
        };
        UpdateRoleBody: {
            areaPermissions?: ({
                /** @enum {string} */
                docks?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                operations?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                projects?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                resources?: ("full" | "read" | "none") | undefined;
                /** @enum {string} */
                settings?: ("full" | "read" | "none") | undefined;
            } | null) | undefined;
            description?: (string | null) | undefined;
            name?: string | undefined;
            /** Format: int32 */
            rank?: number | undefined;
            rights?: string[] | undefined;
            /** @enum {string} */
            scope?: ("organization" | "assigned") | undefined;
        };
        UpdateScheduleBody: {
            description?: (string | null) | undefined;
            /**
             * Format: int64
             * @description After `startDate`.
             */
            endDate?: number | undefined;
            /** Format: int64 */
            startDate?: number | undefined;
            /** @enum {string} */
            status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
            title?: string | undefined;
            /**
             * @description Whose schedule it is; the caller unless given.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string | undefined;
        };
        UpdateSiteBody: {
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 16384 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: ({
                [key: string]: unknown;
            } | null) | undefined;
            name?: string | undefined;
            psaCompanyId?: (string | null) | undefined;
            psaParentCompanyId?: (string | null) | undefined;
            /** @description Made from the name unless given. */
            slug?: string | undefined;
            /** @enum {string} */
            status?: ("active" | "inactive" | "archived") | undefined;
        };
        UpdateTodoBody: {
            completed?: boolean | undefined;
            text?: string | undefined;
        };
        UpsertMyProfileAnswer: {
            bio?: string;
            displayName: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            userId: string;
        };
        UpsertMyProfileBody: {
            bio?: string | undefined;
            displayName?: string | undefined;
        };
        User: {
            /** Format: int64 */
            createdAt: number;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            createdBy?: string;
            /** @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k */
            defaultOrganizationId?: string;
            /** Format: int64 */
            deletedAt?: number;
            /**
             * Format: email
             * @description Absent until the identity provider has verified one; what it has not verified proves nothing.
             */
            email?: string;
            emailVerified: boolean;
            /** @description The user's id at the identity provider. */
            externalId?: string;
            /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
            id: string;
            /** Format: uri */
            imageUrl?: string;
            isPlatformAdmin: boolean;
            /** Format: int64 */
            lastActivityAt?: number;
            /** @description Free-form JSON with field names of printable ASCII that do not begin with `$`, 8 levels deep, 8192 bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text. */
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @enum {string} */
            status: "active" | "inactive" | "pending";
            /** Format: int64 */
            updatedAt: number;
        };
    };
    responses: {
        /**
         * @description - `agent_revoked`: The agent's key was revoked. Let an administrator rotate the agent's key.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         */
        AgentRevokedOrEmailTakenOrIdempotencyConflict409: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "agent_revoked" | "email_taken" | "idempotency_conflict";
                };
            };
        };
        /**
         * @description - `agent_revoked`: The agent's key was revoked. Let an administrator rotate the agent's key.
         *     - `enrollment_exhausted`: The enrolment token is used up. Create a new enrolment token for the site.
         *     - `guid_in_use`: The device GUID is in use. Rotate the agent's key or move it, as an administrator; or enrol again once the agent is shown offline.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `site_not_active`: The site is not active. Activate the site first.
         */
        AgentRevokedOrEnrollmentExhaustedOrGuidInUseOrIdempotencyConflictOrSiteNotActive409: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "agent_revoked" | "enrollment_exhausted" | "guid_in_use" | "idempotency_conflict" | "site_not_active";
                };
            };
        };
        /**
         * @description - `agent_revoked`: The agent's key was revoked. Let an administrator rotate the agent's key.
         *     - `key_expired`: The API key has expired. Create a new API key.
         *     - `key_revoked`: The API key was revoked. Use another API key.
         *     - `key_suspended`: The API key is suspended. Let an administrator adopt the key (`POST /v1/api-keys/{apiKeyId}/adopt`), or give its owner the membership back.
         *     - `unauthenticated`: Credentials are missing or not valid. Send `Authorization: Bearer` with a valid token, API key or agent key.
         *     - `user_deleted`: This user was deleted. Sign in as a user that exists.
         */
        AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "agent_revoked" | "key_expired" | "key_revoked" | "key_suspended" | "unauthenticated" | "user_deleted";
                };
            };
        };
        /**
         * @description - `already_deleted`: It is deleted already. Restore it, or delete it permanently with `permanent=true`.
         *     - `confirmation_mismatch`: The confirmation does not match. Send the organization's current slug as `confirmSlug`.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         */
        AlreadyDeletedOrConfirmationMismatchOrEmailTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_deleted" | "confirmation_mismatch" | "email_taken";
                };
            };
        };
        /**
         * @description - `already_deleted`: It is deleted already. Restore it, or delete it permanently with `permanent=true`.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first.
         *     - `not_deleted`: It is not deleted. Delete it first.
         */
        AlreadyDeletedOrEmailTakenOrInUseOrNotDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_deleted" | "email_taken" | "in_use" | "not_deleted";
                };
            };
        };
        /**
         * @description - `already_deleted`: It is deleted already. Restore it, or delete it permanently with `permanent=true`.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `role_in_use`: The role is in use. Give its members another role first.
         *     - `system_role`: Built-in roles cannot be changed. Create a custom role instead.
         */
        AlreadyDeletedOrEmailTakenOrInUseOrNotDeletedOrRoleInUseOrSystemRole: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_deleted" | "email_taken" | "in_use" | "not_deleted" | "role_in_use" | "system_role";
                };
            };
        };
        /**
         * @description - `already_deleted`: It is deleted already. Restore it, or delete it permanently with `permanent=true`.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `site_has_agents`: The site has agents. Move or delete its agents, or send `cascade=true`.
         */
        AlreadyDeletedOrEmailTakenOrInUseOrNotDeletedOrSiteHasAgents: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_deleted" | "email_taken" | "in_use" | "not_deleted" | "site_has_agents";
                };
            };
        };
        /**
         * @description - `already_member`: The user is a member already. Update the existing membership.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `external_id_taken`: The external id is taken. Use another external id.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         */
        AlreadyMemberOrEmailTakenOrExternalIdTakenOrIdempotencyConflict: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_member" | "email_taken" | "external_id_taken" | "idempotency_conflict";
                };
            };
        };
        /**
         * @description - `already_member`: The user is a member already. Update the existing membership.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `invalid_state_transition`: The state does not allow this. Use one of the transitions named in `detail`.
         *     - `last_admin`: It is the last administrator. Make somebody else an administrator first.
         *     - `sole_owner`: The user owns an organization. Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.
         */
        AlreadyMemberOrEmailTakenOrInvalidStateTransitionOrLastAdminOrSoleOwner: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_member" | "email_taken" | "invalid_state_transition" | "last_admin" | "sole_owner";
                };
            };
        };
        /**
         * @description - `confirmation_mismatch`: The confirmation does not match. Send the organization's current slug as `confirmSlug`.
         *     - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_deleted`: It is not deleted. Delete it first.
         */
        ConfirmationMismatchOrEmailTakenOrIdempotencyConflictOrNotDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "confirmation_mismatch" | "email_taken" | "idempotency_conflict" | "not_deleted";
                };
            };
        };
        /**
         * @description - `cross_tenant_reference`: A reference names no row of this organization. Use the id of a row of this organization.
         *     - `read_only_field`: A field cannot be set. Leave the fields named in `errors` out.
         */
        CrossTenantReferenceOrReadOnlyField: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "cross_tenant_reference" | "read_only_field";
                };
            };
        };
        /** @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user. */
        EmailTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `external_id_taken`: The external id is taken. Use another external id.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         */
        EmailTakenOrExternalIdTakenOrIdempotencyConflictOrNotDeletedOrSlugTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "external_id_taken" | "idempotency_conflict" | "not_deleted" | "slug_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `external_id_taken`: The external id is taken. Use another external id.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         */
        EmailTakenOrExternalIdTakenOrIdempotencyConflictOrSlugTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "external_id_taken" | "idempotency_conflict" | "slug_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `external_id_taken`: The external id is taken. Use another external id.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         */
        EmailTakenOrExternalIdTakenOrSlugTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "external_id_taken" | "slug_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `guid_taken`: The device GUID is taken. Use the agent that has this GUID, or delete it to restore this one.
         */
        EmailTakenOrGuidTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "guid_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `guid_taken`: The device GUID is taken. Use the agent that has this GUID, or delete it to restore this one.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `site_not_active`: The site is not active. Activate the site first.
         */
        EmailTakenOrGuidTakenOrIdempotencyConflictOrNotDeletedOrSiteNotActive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "guid_taken" | "idempotency_conflict" | "not_deleted" | "site_not_active";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         */
        EmailTakenOrIdempotencyConflict: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `invalid_state_transition`: The state does not allow this. Use one of the transitions named in `detail`.
         */
        EmailTakenOrIdempotencyConflictOrInvalidStateTransition: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "invalid_state_transition";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `key_revoked`: The API key was revoked. Use another API key.
         */
        EmailTakenOrIdempotencyConflictOrKeyRevoked409: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "key_revoked";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `key_taken`: The key is taken. Choose another key; a restore takes one too.
         *     - `name_taken`: The name is taken. Choose another name; a restore takes one too.
         */
        EmailTakenOrIdempotencyConflictOrKeyTakenOrNameTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "key_taken" | "name_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `key_taken`: The key is taken. Choose another key; a restore takes one too.
         *     - `name_taken`: The name is taken. Choose another name; a restore takes one too.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `system_role`: Built-in roles cannot be changed. Create a custom role instead.
         */
        EmailTakenOrIdempotencyConflictOrKeyTakenOrNameTakenOrNotDeletedOrSystemRole: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "key_taken" | "name_taken" | "not_deleted" | "system_role";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `last_admin`: It is the last administrator. Make somebody else an administrator first.
         *     - `sole_owner`: The user owns an organization. Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.
         */
        EmailTakenOrIdempotencyConflictOrLastAdminOrSoleOwner: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "last_admin" | "sole_owner";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         */
        EmailTakenOrIdempotencyConflictOrNotAMember409: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "not_a_member";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_banned`: The membership is not banned. Nothing needs to be done.
         */
        EmailTakenOrIdempotencyConflictOrNotBanned: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "not_banned";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_deleted`: It is not deleted. Delete it first.
         */
        EmailTakenOrIdempotencyConflictOrNotDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "not_deleted";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_deleted`: It is not deleted. Delete it first.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         */
        EmailTakenOrIdempotencyConflictOrNotDeletedOrSlugTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "not_deleted" | "slug_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `site_not_active`: The site is not active. Activate the site first.
         */
        EmailTakenOrIdempotencyConflictOrSiteNotActive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "site_not_active";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         */
        EmailTakenOrIdempotencyConflictOrSlugTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "idempotency_conflict" | "slug_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first.
         */
        EmailTakenOrInUse: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "in_use";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `invalid_state_transition`: The state does not allow this. Use one of the transitions named in `detail`.
         */
        EmailTakenOrInvalidStateTransition: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "invalid_state_transition";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `invalid_state_transition`: The state does not allow this. Use one of the transitions named in `detail`.
         *     - `slug_taken`: The slug is taken. Choose another slug; a restore takes one too.
         */
        EmailTakenOrInvalidStateTransitionOrSlugTaken: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "invalid_state_transition" | "slug_taken";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `key_taken`: The key is taken. Choose another key; a restore takes one too.
         *     - `name_taken`: The name is taken. Choose another name; a restore takes one too.
         *     - `system_role`: Built-in roles cannot be changed. Create a custom role instead.
         */
        EmailTakenOrKeyTakenOrNameTakenOrSystemRole: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "key_taken" | "name_taken" | "system_role";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `last_admin`: It is the last administrator. Make somebody else an administrator first.
         *     - `sole_owner`: The user owns an organization. Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.
         */
        EmailTakenOrLastAdminOrSoleOwner: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "last_admin" | "sole_owner";
                };
            };
        };
        /**
         * @description - `email_taken`: The e-mail address belongs to another user. Use another address, or sign in as that user.
         *     - `sole_owner`: The user owns an organization. Transfer the organization to another member (`POST /v1/organizations/{organizationId}/transfer-ownership`), or delete and purge it, first.
         */
        EmailTakenOrSoleOwner: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "email_taken" | "sole_owner";
                };
            };
        };
        /** @description - `enrollment_expired`: The enrolment token has expired. Create a new enrolment token for the site. */
        EnrollmentExpired: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "enrollment_expired";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `organization_deleted`: The organization is deleted. Its owner may restore it until it is purged.
         *     - `organization_suspended`: The organization is suspended or inactive. Ask the platform's operator.
         *     - `rank_too_low`: The role's rank is too low. Only a role of a higher rank may do this; ask somebody who has one.
         *     - `tenant_mismatch`: Two different organizations are named. Name the organization of the credential, or leave the header out.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "membership_banned" | "not_a_member" | "organization_deleted" | "organization_suspended" | "rank_too_low" | "tenant_mismatch" | "user_inactive";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `organization_deleted`: The organization is deleted. Its owner may restore it until it is purged.
         *     - `organization_suspended`: The organization is suspended or inactive. Ask the platform's operator.
         *     - `tenant_mismatch`: Two different organizations are named. Name the organization of the credential, or leave the header out.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "membership_banned" | "not_a_member" | "organization_deleted" | "organization_suspended" | "tenant_mismatch" | "user_inactive";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `organization_deleted`: The organization is deleted. Its owner may restore it until it is purged.
         *     - `organization_suspended`: The organization is suspended or inactive. Ask the platform's operator.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrUserInactive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "membership_banned" | "not_a_member" | "organization_deleted" | "organization_suspended" | "user_inactive";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `organization_suspended`: The organization is suspended or inactive. Ask the platform's operator.
         *     - `tenant_mismatch`: Two different organizations are named. Name the organization of the credential, or leave the header out.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationSuspendedOrTenantMismatchOrUserInactive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "membership_banned" | "not_a_member" | "organization_suspended" | "tenant_mismatch" | "user_inactive";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: Not a member of the organization. Ask an administrator of the organization for an invitation; as a new owner, name an active member.
         *     - `tenant_mismatch`: Two different organizations are named. Name the organization of the credential, or leave the header out.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        ForbiddenOrMembershipBannedOrNotAMemberOrTenantMismatchOrUserInactive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "membership_banned" | "not_a_member" | "tenant_mismatch" | "user_inactive";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `user_inactive`: The user or the membership is not active. Ask an administrator to activate it.
         */
        ForbiddenOrUserInactive: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "forbidden" | "user_inactive";
                };
            };
        };
        /**
         * @description - `idempotency_key_invalid`: The idempotency key is not valid. Send an `Idempotency-Key` of 8 to 128 printable characters without spaces.
         *     - `organization_required`: No organization is named. Send the `Portico-Organization` header, or use a token that carries an organization.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_key_invalid" | "organization_required" | "validation_failed";
                };
            };
        };
        /**
         * @description - `idempotency_key_invalid`: The idempotency key is not valid. Send an `Idempotency-Key` of 8 to 128 printable characters without spaces.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        IdempotencyKeyInvalidOrValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_key_invalid" | "validation_failed";
                };
            };
        };
        /** @description - `internal`: Something went wrong here. Try again; if it persists, report the `requestId`. */
        Internal: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
         * @description - `invalid_cursor`: The cursor does not fit this list. Use a cursor only with the same organization, filters and sort that returned it, or start again without one.
         *     - `organization_required`: No organization is named. Send the `Portico-Organization` header, or use a token that carries an organization.
         *     - `unsupported_filter`: These filters cannot be combined. Use one of the filter sets named in `detail`.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_cursor" | "organization_required" | "unsupported_filter" | "validation_failed";
                };
            };
        };
        /**
         * @description - `invalid_cursor`: The cursor does not fit this list. Use a cursor only with the same organization, filters and sort that returned it, or start again without one.
         *     - `organization_required`: No organization is named. Send the `Portico-Organization` header, or use a token that carries an organization.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        InvalidCursorOrOrganizationRequiredOrValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_cursor" | "organization_required" | "validation_failed";
                };
            };
        };
        /**
         * @description - `invalid_cursor`: The cursor does not fit this list. Use a cursor only with the same organization, filters and sort that returned it, or start again without one.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        InvalidCursorOrValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_cursor" | "validation_failed";
                };
            };
        };
        /**
         * @description - `invalid_enrollment_token`: The enrolment token is not valid. Create a new enrolment token for the site.
         *     - `unauthenticated`: Credentials are missing or not valid. Send `Authorization: Bearer` with a valid token, API key or agent key.
         */
        InvalidEnrollmentTokenOrUnauthenticated: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "invalid_enrollment_token" | "unauthenticated";
                };
            };
        };
        /** @description - `not_acceptable`: The answer has no acceptable form. Accept `application/json`. */
        NotAcceptable: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
        /** @description - `not_an_organization_member`: The user is no active member of the organization. Name an active member of the organization. */
        NotAnOrganizationMember: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_an_organization_member";
                };
            };
        };
        /**
         * @description - `not_an_organization_member`: The user is no active member of the organization. Name an active member of the organization.
         *     - `read_only_field`: A field cannot be set. Leave the fields named in `errors` out.
         */
        NotAnOrganizationMemberOrReadOnlyField: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "not_an_organization_member" | "read_only_field";
                };
            };
        };
        /** @description - `not_found`: Not found. Check the path and the id; a row of another organization is not found either. */
        NotFound: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
         * @description - `organization_deleted`: The organization is deleted. Its owner may restore it until it is purged.
         *     - `organization_suspended`: The organization is suspended or inactive. Ask the platform's operator.
         *     - `tenant_mismatch`: Two different organizations are named. Name the organization of the credential, or leave the header out.
         */
        OrganizationDeletedOrOrganizationSuspendedOrTenantMismatch: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "organization_deleted" | "organization_suspended" | "tenant_mismatch";
                };
            };
        };
        /**
         * @description - `organization_required`: No organization is named. Send the `Portico-Organization` header, or use a token that carries an organization.
         *     - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again.
         */
        OrganizationRequiredOrValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "organization_required" | "validation_failed";
                };
            };
        };
        /** @description - `payload_too_large`: The body is too large. A body takes 4 MiB (4,194,304 bytes) at most; send less in one request. */
        PayloadTooLarge: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
        /** @description - `precondition_failed`: The resource has changed. Read it again and send its new `ETag` as `If-Match`. */
        PreconditionFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
        /** @description - `purged`: It is being purged. It cannot be restored any more. */
        Purged: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "purged";
                };
            };
        };
        /** @description - `read_only_field`: A field cannot be set. Leave the fields named in `errors` out. */
        ReadOnlyField: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "read_only_field";
                };
            };
        };
        /**
         * @description - `read_only_field`: A field cannot be set. Leave the fields named in `errors` out.
         *     - `scope_not_allowed`: A scope cannot be granted. Grant only scopes that you hold yourself and that are not for people only.
         */
        ReadOnlyFieldOrScopeNotAllowed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "read_only_field" | "scope_not_allowed";
                };
            };
        };
        /** @description - `unavailable`: The deployment cannot take this now. Nothing of the request was stored; send it again after `Retry-After` seconds. */
        Unavailable: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unavailable";
                };
            };
        };
        /**
         * @description - `unsupported_content_encoding`: The content coding is not supported. Send the body without `Content-Encoding`.
         *     - `unsupported_media_type`: The content type is not supported. Send `Content-Type: application/json`.
         */
        UnsupportedContentEncodingOrUnsupportedMediaType: {
            headers: {
                "Accept-Encoding": components["headers"]["Accept-Encoding"];
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
        /** @description - `validation_failed`: The request is not valid. Correct the fields named in `errors` and send the request again. */
        ValidationFailed: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "validation_failed";
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
         * @description Path of the created row.
         * @example /v1/schedules/jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r
         */
        Location: string;
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
            500: components["responses"]["Internal"];
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
            500: components["responses"]["Internal"];
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
            500: components["responses"]["Internal"];
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
            500: components["responses"]["Internal"];
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
                /** @example not_found */
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
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
        };
    };
    listAgentApiLogs: {
        parameters: {
            query?: {
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
                agentId?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch. The same as `from`; send one of them.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch. The same as `to`; send one of them.
                 * @example 1768473000000
                 */
                createdTo?: number | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                from?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
                siteId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created" | "createdAt" | "-createdAt") | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                     *           "statusCode": 100,
                     *           "externalId": "idp_7Hq2Vx9",
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
                     *           "timeElapsedMs": 3,
                     *           "createdAt": 1768469400000,
                     *           "expiresAt": 1768473000000
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example e3tjc6shwatbxy16qtqhxrcfeqjm3e9z */
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
                     *       "statusCode": 100,
                     *       "externalId": "idp_7Hq2Vx9",
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
                     *       "timeElapsedMs": 3,
                     *       "createdAt": 1768469400000,
                     *       "expiresAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["AgentApiLog"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAgentEnrollmentTokens: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
                     *           "maxUses": 3,
                     *           "useCount": 3,
                     *           "expiresAt": 1768473000000,
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createAgentEnrollmentToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                 *       "maxUses": 3
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
                     *       "maxUses": 3,
                     *       "useCount": 3,
                     *       "expiresAt": 1768473000000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "token": "enr_ExampleExampleExampleExampleExampleExampleE"
                     *     }
                     */
                    "application/json": components["schemas"]["CreateAgentEnrollmentTokenAnswer"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrSiteNotActive"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["CrossTenantReferenceOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ybahcmrcdj3v0y6snv2tzjrmhyrb1eee */
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
                     *       "maxUses": 3,
                     *       "useCount": 3,
                     *       "expiresAt": 1768473000000,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["AgentEnrollmentToken"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAgents: {
        parameters: {
            query?: {
                /** @example online */
                connectionStatus?: ("online" | "offline") | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                 * @description The device's own id, unique in the organization. A UUID is one id in any case, with or without hyphens, braces or `urn:uuid:`.
                 * @example 3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b
                 */
                guid?: string | undefined;
                /**
                 * @description Inclusive: `lastCheckinAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                lastCheckinFrom?: number | undefined;
                /**
                 * @description Exclusive: `lastCheckinAt` before this time, in milliseconds since the epoch.
                 * @example 1768473000000
                 */
                lastCheckinTo?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
                     *           "ipAddress": "203.0.113.7",
                     *           "macAddress": "02:42:ac:11:00:02",
                     *           "extAddress": "198.51.100.24",
                     *           "registeredAt": 1768469400000,
                     *           "lastCheckinAt": 1768469400000,
                     *           "checkinIntervalSeconds": 60,
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteAgent: {
        parameters: {
            query?: {
                /** @example false */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrEmailTakenOrInUseOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrGuidTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["CrossTenantReferenceOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrGuidTakenOrIdempotencyConflictOrNotDeletedOrSiteNotActive"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AgentRevokedOrEmailTakenOrIdempotencyConflict409"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cgjwvyesnv75prnhka59qmd547bvr5j4 */
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    checkInAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                 *       "ipAddress": "203.0.113.7",
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "serverTime": 1768469400000,
                     *       "nextCheckinInSeconds": 60,
                     *       "settings": {
                     *         "agentCheckinIntervalSeconds": 60,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    enrollAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                 *       "ipAddress": "203.0.113.7",
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["IdempotencyKeyInvalidOrValidationFailed"];
            401: components["responses"]["InvalidEnrollmentTokenOrUnauthenticated"];
            403: components["responses"]["OrganizationDeletedOrOrganizationSuspendedOrTenantMismatch"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AgentRevokedOrEnrollmentExhaustedOrGuidInUseOrIdempotencyConflictOrSiteNotActive409"];
            410: components["responses"]["EnrollmentExpired"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                     *       "ipAddress": "203.0.113.7",
                     *       "macAddress": "02:42:ac:11:00:02",
                     *       "extAddress": "198.51.100.24",
                     *       "registeredAt": 1768469400000,
                     *       "lastCheckinAt": 1768469400000,
                     *       "checkinIntervalSeconds": 60,
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listApiKeys: {
        parameters: {
            query?: {
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                createdBy?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                ownerId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /** @example active */
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
                     *           "expiresAt": 1768473000000,
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                     *       "expiresAt": 1768473000000,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyFieldOrScopeNotAllowed"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
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
                     *       "expiresAt": 1768473000000,
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
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
                     *       "expiresAt": 1768473000000,
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyFieldOrScopeNotAllowed"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
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
                     *       "expiresAt": 1768473000000,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrKeyRevoked409"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
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
                     *       "expiresAt": 1768473000000,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrKeyRevoked409"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example cda5zy9bm8m4fwb23rf5th4b2qphhwj1 */
                apiKeyId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "graceSeconds": 3
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
                     *       "expiresAt": 1768473000000,
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrKeyRevoked409"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAuditLogs: {
        parameters: {
            query?: {
                /**
                 * @description `<resource>.<verb>`.
                 * @example schedule.create
                 */
                action?: string | undefined;
                /**
                 * @description `page.nextCursor` of the page before.
                 * @example eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ
                 */
                cursor?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                from?: number | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                recordId?: string | undefined;
                /** @example success */
                result?: components["schemas"]["AuditLogResult"] | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -createdAt
                 */
                sort?: ("createdAt" | "-createdAt") | undefined;
                /** @example schedules */
                tableName?: string | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
                 * @example 1768473000000
                 */
                to?: number | undefined;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
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
                     *           "apiKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *           "action": "schedule.create",
                     *           "operation": "create",
                     *           "tableName": "schedules",
                     *           "recordId": "ettj0vr27ryy4ksc571ve800xdak5gxg",
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
                     *           "expiresAt": 1768473000000
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example 3y4bgc2vxz9k8kdk24rdypthbfgpgwcc */
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
                     *       "apiKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *       "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *       "action": "schedule.create",
                     *       "operation": "create",
                     *       "tableName": "schedules",
                     *       "recordId": "ettj0vr27ryy4ksc571ve800xdak5gxg",
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
                     *       "expiresAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["AuditLog"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
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
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                recordId: string;
                /** @example schedules */
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
                     *           "apiKeyId": "cda5zy9bm8m4fwb23rf5th4b2qphhwj1",
                     *           "agentId": "cgjwvyesnv75prnhka59qmd547bvr5j4",
                     *           "action": "schedule.create",
                     *           "operation": "create",
                     *           "tableName": "schedules",
                     *           "recordId": "ettj0vr27ryy4ksc571ve800xdak5gxg",
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
                     *           "expiresAt": 1768473000000
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
            500: components["responses"]["Internal"];
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
                /** @example swagger-ui.css */
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
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
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
            500: components["responses"]["Internal"];
        };
    };
    listItems: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example open */
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createItem: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteItem: {
        parameters: {
            query?: {
                /** @example false */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrEmailTakenOrInUseOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    batchCreateItems: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                     *           "name": "Flow meter",
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                     *       "imageUrl": "https://example.com/north-wind",
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
                     *           "agentCheckinIntervalSeconds": 60,
                     *           "apiLogRetentionDays": 3,
                     *           "auditRetentionDays": 30,
                     *           "trashRetentionDays": 3
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
                     *           "projects": "full",
                     *           "resources": "full",
                     *           "docks": "full",
                     *           "operations": "full",
                     *           "settings": "full"
                     *         },
                     *         "scope": "organization",
                     *         "rank": 3,
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
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteCurrentUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to show. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrSoleOwner"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateCurrentUser: {
        parameters: {
            query?: never;
            header?: never;
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
                     *       "imageUrl": "https://example.com/north-wind",
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
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                     *       "rank": 3,
                     *       "rights": [
                     *         "schedule:read"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GetMyPermissionsAnswer"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    upsertMyProfile: {
        parameters: {
            query?: never;
            header?: never;
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
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMySettings: {
        parameters: {
            query?: never;
            header?: never;
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "theme": "light",
                     *       "notificationsEnabled": false,
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
            400: components["responses"]["ValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    switchOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "organizationId": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k"
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
                     *           "agentCheckinIntervalSeconds": 60,
                     *           "apiLogRetentionDays": 3,
                     *           "auditRetentionDays": 30,
                     *           "trashRetentionDays": 3
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
            400: components["responses"]["IdempotencyKeyInvalidOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    syncCurrentUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                     *       "imageUrl": "https://example.com/north-wind",
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
            400: components["responses"]["IdempotencyKeyInvalidOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMemberships: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
                roleId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /** @example active */
                status?: ("active" | "inactive" | "pending") | undefined;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrLastAdminOrSoleOwner"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
                membershipId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "roleKey": "member"
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyMemberOrEmailTakenOrInvalidStateTransitionOrLastAdminOrSoleOwner"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["CrossTenantReferenceOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrLastAdminOrSoleOwner"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example gg2yxsp79waqa9pzk49063rxzng68wtp */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrNotBanned"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    leaveOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrLastAdminOrSoleOwner"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateMyMembership: {
        parameters: {
            query?: never;
            header?: {
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["CrossTenantReferenceOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
            500: components["responses"]["Internal"];
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
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Internal"];
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
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
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
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            500: components["responses"]["Internal"];
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
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
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
                     *             "agentCheckinIntervalSeconds": 60,
                     *             "apiLogRetentionDays": 3,
                     *             "auditRetentionDays": 30,
                     *             "trashRetentionDays": 3
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
            400: components["responses"]["InvalidCursorOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createOrganization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Lakeside Clinics",
                 *       "slug": "lakeside-clinics",
                 *       "externalId": "org_2vK8mQ4",
                 *       "metadata": {
                 *         "costCenter": "4711"
                 *       },
                 *       "settings": {
                 *         "timezone": "Europe/Zurich",
                 *         "currency": "eur",
                 *         "healthDownThreshold": 3,
                 *         "agentCheckinIntervalSeconds": 60,
                 *         "apiLogRetentionDays": 3,
                 *         "auditRetentionDays": 30,
                 *         "trashRetentionDays": 3
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "r659q9hjzw92wwqydxyzfgvtcrqq3x8k",
                     *       "name": "Lakeside Clinics",
                     *       "slug": "lakeside-clinics",
                     *       "status": "active",
                     *       "ownerId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "org_2vK8mQ4",
                     *       "metadata": {
                     *         "costCenter": "4711"
                     *       },
                     *       "settings": {
                     *         "timezone": "Europe/Zurich",
                     *         "currency": "eur",
                     *         "healthDownThreshold": 3,
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrExternalIdTakenOrIdempotencyConflictOrSlugTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                 * @description Id or slug.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
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
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteOrganization: {
        parameters: {
            query: {
                /**
                 * @description Id or slug.
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrConfirmationMismatchOrEmailTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
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
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrExternalIdTakenOrSlugTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
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
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["ConfirmationMismatchOrEmailTakenOrIdempotencyConflictOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
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
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrExternalIdTakenOrIdempotencyConflictOrNotDeletedOrSlugTaken"];
            410: components["responses"]["Purged"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /**
                 * @description Id or slug.
                 * @example r659q9hjzw92wwqydxyzfgvtcrqq3x8k
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
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Organization"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrNotAMember409"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                 * @description Id or slug.
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
                     *         "agentCheckinIntervalSeconds": 60,
                     *         "apiLogRetentionDays": 3,
                     *         "auditRetentionDays": 30,
                     *         "trashRetentionDays": 3
                     *       },
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000,
                     *       "members": [
                     *         {
                     *           "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "externalId": "org_5bT1xW9",
                     *           "email": "dana.okoye@example.com",
                     *           "emailVerified": true,
                     *           "name": "North Wind Energy",
                     *           "imageUrl": "https://example.com/north-wind",
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRoles: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example false */
                includeGlobal?: boolean | undefined;
                /** @example fieldEngineer */
                key?: string | undefined;
                /**
                 * @description Rows of a page.
                 * @example 25
                 */
                limit?: number | undefined;
                /** @example Field engineer */
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
                     *             "projects": "full",
                     *             "resources": "full",
                     *             "docks": "full",
                     *             "operations": "full",
                     *             "settings": "full"
                     *           },
                     *           "scope": "organization",
                     *           "rank": 3,
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                 *         "projects": "full",
                 *         "resources": "full",
                 *         "docks": "full",
                 *         "operations": "full",
                 *         "settings": "full"
                 *       },
                 *       "scope": "organization",
                 *       "rank": 3
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
                     *         "projects": "full",
                     *         "resources": "full",
                     *         "docks": "full",
                     *         "operations": "full",
                     *         "settings": "full"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 3,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrKeyTakenOrNameTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
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
                     *         "projects": "full",
                     *         "resources": "full",
                     *         "docks": "full",
                     *         "operations": "full",
                     *         "settings": "full"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 3,
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteRole: {
        parameters: {
            query?: {
                /** @example false */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrEmailTakenOrInUseOrNotDeletedOrRoleInUseOrSystemRole"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
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
                     *         "projects": "full",
                     *         "resources": "full",
                     *         "docks": "full",
                     *         "operations": "full",
                     *         "settings": "full"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 3,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrKeyTakenOrNameTakenOrSystemRole"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
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
                     *         "projects": "full",
                     *         "resources": "full",
                     *         "docks": "full",
                     *         "operations": "full",
                     *         "settings": "full"
                     *       },
                     *       "scope": "organization",
                     *       "rank": 3,
                     *       "isSystem": false,
                     *       "createdAt": 1768469400000,
                     *       "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "updatedAt": 1768473000000
                     *     }
                     */
                    "application/json": components["schemas"]["Role"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrKeyTakenOrNameTakenOrNotDeletedOrSystemRole"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSchedules: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                 * @description Inclusive: `startDate` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                startFrom?: number | undefined;
                /**
                 * @description Exclusive: `startDate` before this time, in milliseconds since the epoch.
                 * @example 1768473000000
                 */
                startTo?: number | undefined;
                /** @example draft */
                status?: ("draft" | "active" | "completed" | "cancelled") | undefined;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["NotAnOrganizationMemberOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSchedule: {
        parameters: {
            query?: {
                /** @example false */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrEmailTakenOrInUseOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["NotAnOrganizationMemberOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    batchCreateSchedules: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["NotAnOrganizationMember"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSites: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example 10442 */
                psaCompanyId?: string | undefined;
                /**
                 * @description Made from the name unless given.
                 * @example rotterdam-depot
                 */
                slug?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first; last deleted first in the trash.
                 * @example created
                 */
                sort?: ("created" | "-created" | "name" | "-name") | undefined;
                /** @example active */
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrSlugTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSite: {
        parameters: {
            query?: {
                /** @example false */
                cascade?: boolean | undefined;
                /** @example false */
                permanent?: boolean | undefined;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example *
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrEmailTakenOrInUseOrNotDeletedOrSiteHasAgents"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrInvalidStateTransitionOrSlugTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrNotDeletedOrSlugTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example vgjrscpr0s5bgtdbca1fhanbxhvcw347 */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    batchCreateSites: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                     *           "name": "Antwerp depot",
                     *           "slug": "antwerp-depot",
                     *           "status": "active",
                     *           "psaCompanyId": "10443",
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflictOrSlugTaken"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSitesView: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example active */
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTodos: {
        parameters: {
            query?: {
                /** @example false */
                completed?: boolean | undefined;
                /** @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c */
                createdBy?: string | undefined;
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTodo: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrInUse"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                /** @description The organization to act in: its id or slug. Not needed where the credential names it; a different one is refused. */
                "Portico-Organization"?: components["parameters"]["PorticoOrganization"];
            };
            path: {
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTakenOrIdempotencyConflict"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /**
                 * @description Inclusive: `createdAt` from this time on, in milliseconds since the epoch.
                 * @example 1768469400000
                 */
                createdFrom?: number | undefined;
                /**
                 * @description Exclusive: `createdAt` before this time, in milliseconds since the epoch.
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
                /** @example 6fnkkm2yj7yvqhq6q4snq8acf7eptv13 */
                roleId?: string | undefined;
                /**
                 * @description Ascending, or descending with `-`. Unless given: newest first.
                 * @example -created
                 */
                sort?: ("created" | "-created") | undefined;
                /** @example active */
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
                     *           "imageUrl": "https://example.com/north-wind",
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
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours. It counts per caller and organization; a request is the same if path, query and the JSON of its body are. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
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
                 *       "name": "Sam Lindqvist",
                 *       "roleKey": "member"
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *       "externalId": "idp_7Hq2Vx9",
                     *       "email": "sam.lindqvist@example.com",
                     *       "emailVerified": true,
                     *       "name": "Sam Lindqvist",
                     *       "imageUrl": "https://example.com/north-wind",
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
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrRankTooLowOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyMemberOrEmailTakenOrExternalIdTakenOrIdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedContentEncodingOrUnsupportedMediaType"];
            422: components["responses"]["CrossTenantReferenceOrReadOnlyField"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                 * @description Id or external id.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
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
                     *       "imageUrl": "https://example.com/north-wind",
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                 * @description Id or external id.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
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
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["AgentRevokedOrKeyExpiredOrKeyRevokedOrKeySuspendedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["EmailTaken"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
}
