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
    "/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Open the API reference
         * @description Swagger UI over this document, served by the deployment itself.
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
         * @description Scripts and styles of Swagger UI, compressed with gzip.
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
         * Create a item
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
         * Get a item
         * @description For members of the organization; machines and assigned roles need the permission `item:read`.
         */
        get: operations["getItem"];
        put?: never;
        post?: never;
        /**
         * Delete a item
         * @description Moves it to the trash. With `permanent=true`, deletes for good what is in the trash.
         *
         *     Needs the permission `item:delete`.
         */
        delete: operations["deleteItem"];
        options?: never;
        head?: never;
        /**
         * Update a item
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
         * Restore a item
         * @description Needs the permission `item:restore`.
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
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get this document
         * @description The OpenAPI 3.1 description of every operation.
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
         * @description Needs the permission `schedule:restore`.
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
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
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
        BatchCreateItemsBody: {
            items: {
                description?: string;
                metadata?: {
                    [key: string]: unknown;
                };
                name: string;
                /** @default open */
                status?: string;
                tags?: string[];
            }[];
        };
        BatchCreateItemsResult: {
            data: components["schemas"]["Item"][];
        };
        BatchCreateSchedulesBody: {
            items: {
                description?: string;
                /**
                 * Format: int64
                 * @description After `startDate`.
                 */
                endDate: number;
                /** Format: int64 */
                startDate: number;
                /**
                 * @default draft
                 * @enum {string}
                 */
                status?: "draft" | "active" | "completed" | "cancelled";
                title: string;
                /**
                 * @description Whose schedule it is; the caller unless given.
                 * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
                 */
                userId?: string;
            }[];
        };
        BatchCreateSchedulesResult: {
            data: components["schemas"]["Schedule"][];
        };
        CancelScheduleBody: {
            reason?: string;
        };
        CreateItemBody: {
            description?: string;
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @default open */
            status?: string;
            tags?: string[];
        };
        CreateScheduleBody: {
            description?: string;
            /**
             * Format: int64
             * @description After `startDate`.
             */
            endDate: number;
            /** Format: int64 */
            startDate: number;
            /**
             * @default draft
             * @enum {string}
             */
            status?: "draft" | "active" | "completed" | "cancelled";
            title: string;
            /**
             * @description Whose schedule it is; the caller unless given.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string;
        };
        CreateTodoBody: {
            /** @default false */
            completed?: boolean;
            text: string;
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
        OAuthError: {
            /** @enum {string} */
            error: "invalid_client" | "invalid_request" | "invalid_scope" | "temporarily_unavailable" | "unauthorized_client" | "unsupported_grant_type";
            error_description: string;
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
            /** @enum {string} */
            code: "agent_revoked" | "already_deleted" | "already_member" | "confirmation_mismatch" | "cross_tenant_reference" | "email_taken" | "enrollment_exhausted" | "enrollment_expired" | "external_id_taken" | "forbidden" | "guid_taken" | "idempotency_conflict" | "idempotency_key_invalid" | "in_use" | "internal" | "invalid_cursor" | "invalid_enrollment_token" | "invalid_state_transition" | "key_expired" | "key_revoked" | "key_taken" | "last_admin" | "membership_banned" | "method_not_allowed" | "name_taken" | "not_a_member" | "not_acceptable" | "not_an_organization_member" | "not_banned" | "not_deleted" | "not_found" | "organization_deleted" | "organization_required" | "organization_suspended" | "payload_too_large" | "precondition_failed" | "purged" | "rank_too_low" | "read_only_field" | "role_in_use" | "scope_not_allowed" | "site_has_agents" | "site_not_active" | "slug_taken" | "sole_owner" | "system_role" | "tenant_mismatch" | "unauthenticated" | "unsupported_filter" | "unsupported_media_type" | "user_deleted" | "user_inactive" | "user_not_provisioned" | "validation_failed";
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
            client_id?: string;
            /**
             * Format: password
             * @description An API key or agent key, unless it is sent by HTTP Basic.
             */
            client_secret?: string;
            /** @enum {string} */
            grant_type: "client_credentials";
            /** @description Scopes with a space between them; all that the key holds unless given. */
            scope?: string;
        };
        UpdateItemBody: {
            description?: string | null;
            metadata?: {
                [key: string]: unknown;
            } | null;
            name?: string;
            status?: string;
            tags?: string[] | null;
        };
        UpdateScheduleBody: {
            description?: string | null;
            /**
             * Format: int64
             * @description After `startDate`.
             */
            endDate?: number;
            /** Format: int64 */
            startDate?: number;
            /** @enum {string} */
            status?: "draft" | "active" | "completed" | "cancelled";
            title?: string;
            /**
             * @description Whose schedule it is; the caller unless given.
             * @example xvcpq2b60gypf1ckwc9ceze3vnke5x7c
             */
            userId?: string;
        };
        UpdateTodoBody: {
            completed?: boolean;
            text?: string;
        };
    };
    responses: {
        /**
         * @description - `already_deleted`: It is deleted already. Restore it, or delete it permanently with `permanent=true`.
         *     - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first.
         *     - `not_deleted`: It is not deleted. Delete it first.
         */
        AlreadyDeletedOrInUseOrNotDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "already_deleted" | "in_use" | "not_deleted";
                };
            };
        };
        /**
         * @description - `forbidden`: Permission is missing. Ask an administrator for the permission named in `detail`.
         *     - `membership_banned`: The membership is banned. Ask a moderator of the organization.
         *     - `not_a_member`: The caller is not a member of the organization. Ask an administrator of the organization for an invitation.
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
        /** @description - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request. */
        IdempotencyConflict: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_conflict";
                };
            };
        };
        /**
         * @description - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `invalid_state_transition`: The state does not allow this. Use one of the transitions named in `detail`.
         */
        IdempotencyConflictOrInvalidStateTransition: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_conflict" | "invalid_state_transition";
                };
            };
        };
        /**
         * @description - `idempotency_conflict`: The idempotency key was used for another request. Use a new key for a different request.
         *     - `not_deleted`: It is not deleted. Delete it first.
         */
        IdempotencyConflictOrNotDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "idempotency_conflict" | "not_deleted";
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
        /** @description - `in_use`: Other rows refer to it. Remove or move the rows named in `detail` first. */
        InUse: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "in_use";
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
         * @description - `key_expired`: The API key has expired. Create a new API key.
         *     - `key_revoked`: The API key was revoked. Use another API key.
         *     - `unauthenticated`: Credentials are missing or not valid. Send `Authorization: Bearer` with a valid token, API key or agent key.
         *     - `user_deleted`: This user was deleted. Sign in as a user that exists.
         */
        KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "key_expired" | "key_revoked" | "unauthenticated" | "user_deleted";
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
        /** @description - `payload_too_large`: The body is too large. Send less in one request. */
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
        /** @description - `unsupported_media_type`: The content type is not supported. Send `Content-Type: application/json`. */
        UnsupportedMediaType: {
            headers: {
                "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {string} */
                    code?: "unsupported_media_type";
                };
            };
        };
    };
    parameters: {
        /**
         * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
         * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
         */
        IdempotencyKey: string;
        /**
         * @description Entity tags of the row as it was read; another state of the row is refused with 412.
         * @example "22jjqs1036017iu32fbwuv"
         */
        IfMatch: string;
        /**
         * @description Entity tags of answers that the caller has; 304 when one of them is still current.
         * @example "22jjqs1036017iu32fbwuv"
         */
        IfNoneMatch: string;
        /**
         * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
         * @example north-wind
         */
        Organization: string;
    };
    requestBodies: never;
    headers: {
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
         * @description How to authenticate (RFC 6750), and why a credential was refused.
         * @example Bearer realm="portico", error="invalid_token", error_description="The token has expired."
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
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
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
            500: components["responses"]["Internal"];
        };
    };
    getAuthorizationServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "issuer": "https://example.convex.site",
                     *       "token_endpoint": "https://example.convex.site/v1/oauth/token",
                     *       "jwks_uri": "https://example.convex.site/.well-known/jwks.json",
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
                     *       "service_documentation": "https://example.convex.site/v1/docs"
                     *     }
                     */
                    "application/json": components["schemas"]["AuthorizationServer"];
                };
            };
            500: components["responses"]["Internal"];
        };
    };
    getProtectedResource: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "resource": "https://example.convex.site",
                     *       "resource_name": "Portico",
                     *       "authorization_servers": [
                     *         "https://example.convex.site"
                     *       ],
                     *       "scopes_supported": [
                     *         "schedule:read",
                     *         "todo:read"
                     *       ],
                     *       "bearer_methods_supported": [
                     *         "header"
                     *       ],
                     *       "resource_documentation": "https://example.convex.site/v1/docs"
                     *     }
                     */
                    "application/json": components["schemas"]["ProtectedResource"];
                };
            };
            500: components["responses"]["Internal"];
        };
    };
    listProblems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The codes. */
            200: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "problems": [
                     *         {
                     *           "type": "https://example.convex.site/problems/not_found",
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
            500: components["responses"]["Internal"];
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: never;
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "https://example.convex.site/problems/not_found",
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
            404: components["responses"]["NotFound"];
            500: components["responses"]["Internal"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
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
            500: components["responses"]["Internal"];
        };
    };
    getDocsFile: {
        parameters: {
            query?: {
                /** @description The file's version; with the present one, the answer may be kept for good. */
                v?: string;
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
                    "text/css": string;
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
                /** @description Inclusive, milliseconds since the epoch. */
                createdFrom?: number;
                /** @description Exclusive, milliseconds since the epoch. */
                createdTo?: number;
                /** @description `page.nextCursor` of the page before. */
                cursor?: string;
                /** @description Lists soft-deleted rows instead; needs the permission to delete. */
                deleted?: "only";
                /** @description Rows a page, 25 unless given. */
                limit?: number;
                /** @description Ascending, or descending with `-`. */
                sort?: "created" | "-created" | "name" | "-name";
                status?: string;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of item rows. */
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
                     *           "name": "North Wind",
                     *           "status": "open",
                     *           "description": "Replace the filters on the roof.",
                     *           "tags": [
                     *             "maintenance"
                     *           ],
                     *           "metadata": {
                     *             "source": "example"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ],
                     *       "page": {
                     *         "nextCursor": "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
                     *         "hasMore": false,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ItemPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
        };
    };
    createItem: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "North Wind",
                 *       "status": "open",
                 *       "description": "Replace the filters on the roof.",
                 *       "tags": [
                 *         "maintenance"
                 *       ],
                 *       "metadata": {
                 *         "source": "example"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CreateItemBody"];
            };
        };
        responses: {
            /** @description Create a item: done. */
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
                     *       "name": "North Wind",
                     *       "status": "open",
                     *       "description": "Replace the filters on the roof.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "source": "example"
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
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
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a item: done. */
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
                     *       "name": "North Wind",
                     *       "status": "open",
                     *       "description": "Replace the filters on the roof.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "source": "example"
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
        };
    };
    deleteItem: {
        parameters: {
            query?: {
                permanent?: boolean;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a item: done. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrInUseOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    updateItem: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
                 *       "name": "North Wind",
                 *       "status": "open"
                 *     }
                 */
                "application/json": components["schemas"]["UpdateItemBody"];
            };
        };
        responses: {
            /** @description Update a item: done. */
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
                     *       "name": "North Wind",
                     *       "status": "open",
                     *       "description": "Replace the filters on the roof.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "source": "example"
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
        };
    };
    restoreItem: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example zwf50kj4272p06mc7pcrsws9eb4gpem8 */
                itemId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a item: done. */
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
                     *       "name": "North Wind",
                     *       "status": "open",
                     *       "description": "Replace the filters on the roof.",
                     *       "tags": [
                     *         "maintenance"
                     *       ],
                     *       "metadata": {
                     *         "source": "example"
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflictOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    batchCreateItems: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
                 *           "name": "North Wind",
                 *           "status": "open",
                 *           "description": "Replace the filters on the roof.",
                 *           "tags": [
                 *             "maintenance"
                 *           ],
                 *           "metadata": {
                 *             "source": "example"
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BatchCreateItemsBody"];
            };
        };
        responses: {
            /** @description Create up to 100 items: done. */
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
                     *           "name": "North Wind",
                     *           "status": "open",
                     *           "description": "Replace the filters on the roof.",
                     *           "tags": [
                     *             "maintenance"
                     *           ],
                     *           "metadata": {
                     *             "source": "example"
                     *           },
                     *           "createdAt": 1768469400000,
                     *           "createdBy": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                     *           "updatedAt": 1768473000000
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BatchCreateItemsResult"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            500: components["responses"]["Internal"];
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
            /** @description The body is too large. */
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
    listSchedules: {
        parameters: {
            query?: {
                /** @description Inclusive, milliseconds since the epoch. */
                createdFrom?: number;
                /** @description Exclusive, milliseconds since the epoch. */
                createdTo?: number;
                /** @description `page.nextCursor` of the page before. */
                cursor?: string;
                /** @description Lists soft-deleted rows instead; needs the permission to delete. */
                deleted?: "only";
                /** @description Rows a page, 25 unless given. */
                limit?: number;
                /** @description Ascending, or descending with `-`. */
                sort?: "created" | "-created" | "startDate" | "-startDate";
                /** @description Inclusive, milliseconds since the epoch. */
                startFrom?: number;
                /** @description Exclusive, milliseconds since the epoch. */
                startTo?: number;
                status?: "draft" | "active" | "completed" | "cancelled";
                /** @description Whose schedule it is; the caller unless given. */
                userId?: string;
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of schedule rows. */
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
                     *         "hasMore": false,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["SchedulePage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
                 *       "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
                 *       "startDate": 1768469400000,
                 *       "endDate": 1768473000000,
                 *       "status": "draft"
                 *     }
                 */
                "application/json": components["schemas"]["CreateScheduleBody"];
            };
        };
        responses: {
            /** @description Create a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["NotAnOrganizationMemberOrReadOnlyField"];
            500: components["responses"]["Internal"];
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
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
        };
    };
    deleteSchedule: {
        parameters: {
            query?: {
                permanent?: boolean;
            };
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a schedule: done. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["AlreadyDeletedOrInUseOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    updateSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
                 *       "title": "Service the pumps",
                 *       "description": "Replace the filters on the roof."
                 *     }
                 */
                "application/json": components["schemas"]["UpdateScheduleBody"];
            };
        };
        responses: {
            /** @description Update a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["NotAnOrganizationMemberOrReadOnlyField"];
            500: components["responses"]["Internal"];
        };
    };
    activateSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Activate a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflictOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    cancelSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
            /** @description Cancel a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflictOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
        };
    };
    completeSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Complete a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflictOrInvalidStateTransition"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    restoreSchedule: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example ettj0vr27ryy4ksc571ve800xdak5gxg */
                scheduleId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Restore a schedule: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflictOrNotDeleted"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    batchCreateSchedules: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
                 *           "userId": "xvcpq2b60gypf1ckwc9ceze3vnke5x7c",
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
            /** @description Create up to 100 schedules: done. */
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
                    "application/json": components["schemas"]["BatchCreateSchedulesResult"];
                };
            };
            400: components["responses"]["IdempotencyKeyInvalidOrOrganizationRequiredOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["NotAnOrganizationMember"];
            500: components["responses"]["Internal"];
        };
    };
    listTodos: {
        parameters: {
            query?: {
                completed?: boolean;
                createdBy?: string;
                /** @description Inclusive, milliseconds since the epoch. */
                createdFrom?: number;
                /** @description Exclusive, milliseconds since the epoch. */
                createdTo?: number;
                /** @description `page.nextCursor` of the page before. */
                cursor?: string;
                /** @description Rows a page, 25 unless given. */
                limit?: number;
                /** @description Ascending, or descending with `-`. */
                sort?: "created" | "-created";
            };
            header?: {
                /**
                 * @description Entity tags of answers that the caller has; 304 when one of them is still current.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of todo rows. */
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
                     *         "hasMore": false,
                     *         "limit": 25
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["TodoPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidCursorOrOrganizationRequiredOrUnsupportedFilterOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
        };
    };
    createTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
            /** @description Create a todo: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
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
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Get a todo: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            500: components["responses"]["Internal"];
        };
    };
    deleteTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Delete a todo: done. */
            204: {
                headers: {
                    "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OrganizationRequiredOrValidationFailed"];
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["InUse"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
    updateTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
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
                 *       "text": "Order spare parts",
                 *       "completed": false
                 *     }
                 */
                "application/json": components["schemas"]["UpdateTodoBody"];
            };
        };
        responses: {
            /** @description Update a todo: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            412: components["responses"]["PreconditionFailed"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ReadOnlyField"];
            500: components["responses"]["Internal"];
        };
    };
    toggleTodo: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Makes a retry safe: the same key with the same request gets the first answer again, for 24 hours.
                 * @example 6a3f1c52-0b1e-4d3f-8f3e-9d2c7b1a5e40
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description Entity tags of the row as it was read; another state of the row is refused with 412.
                 * @example "22jjqs1036017iu32fbwuv"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The organization to act in: its id, slug or external id. Not needed where the credential names it; a different one is refused.
                 * @example north-wind
                 */
                "Portico-Organization"?: components["parameters"]["Organization"];
            };
            path: {
                /** @example 8qe70pkzrcs65g03w4thpkb8eephjzam */
                todoId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Toggle a todo: done. */
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
            401: components["responses"]["KeyExpiredOrKeyRevokedOrUnauthenticatedOrUserDeleted"];
            403: components["responses"]["ForbiddenOrMembershipBannedOrNotAMemberOrOrganizationDeletedOrOrganizationSuspendedOrTenantMismatchOrUserInactive"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            409: components["responses"]["IdempotencyConflict"];
            412: components["responses"]["PreconditionFailed"];
            500: components["responses"]["Internal"];
        };
    };
}
