// Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run `npm run generate`.

import type { FunctionReference, PaginationResult } from "convex/server";
import type { Args, ChangeArgs, ListArgs, Returned, TenantArgs, TenantChangeArgs, TenantListArgs } from "../runtime/operationTypes";
import type {
  AcceptInvitationAnswer,
  Agent,
  AgentApiLog,
  AgentEnrollmentToken,
  ApiKey,
  ApiLog,
  AuditLog,
  BatchCreateItemsAnswer,
  BatchCreateSchedulesAnswer,
  BatchCreateSitesAnswer,
  Bill,
  BillLineItem,
  BillingAdjustment,
  BulkUpsertEntitiesAnswer,
  BulkUpsertEntityRelationshipsAnswer,
  BulkUpsertGlobalEntitiesAnswer,
  CheckInAgentAnswer,
  ClaimEventLogsAnswer,
  ClaimScheduledJobsAnswer,
  Client,
  ClientMember,
  CreateAgentEnrollmentTokenAnswer,
  CreateApiKeyAnswer,
  CreateUploadUrlAnswer,
  CreateUserAnswer,
  CreateWebhookEndpointAnswer,
  DataSource,
  DataSourceSite,
  Database,
  DeclineInvitationAnswer,
  Dock,
  DockPermission,
  Domain,
  Entity,
  EntityRelationship,
  EventLog,
  File,
  GetBillAnswer,
  GetBillPageAnswer,
  GetCurrentUserAnswer,
  GetDataSourceSyncStatusAnswer,
  GetDatabaseAnswer,
  GetDomainAnswer,
  GetEntityAnswer,
  GetFileAnswer,
  GetGlobalEntityAnswer,
  GetHealthSummaryAnswer,
  GetIntegrationAnswer,
  GetJobStatsAnswer,
  GetMyPermissionsAnswer,
  GetMyProfileAnswer,
  GetMySettingsAnswer,
  GetMySubscriptionAnswer,
  GetOrganizationBySlugAnswer,
  GetOrganizationSummaryAnswer,
  GetProjectDashboardAnswer,
  GetServerAnswer,
  GetSiteViewAnswer,
  GetUsageSummaryAnswer,
  GetUserAnswer,
  GetUserProfileAnswer,
  GetWebServiceAnswer,
  HealthCheck,
  HeartbeatScheduledJobAnswer,
  Integration,
  Invitation,
  Item,
  LinkProjectResourcesAnswer,
  ListClientResourcesRow,
  ListDatabasesRow,
  ListDomainsRow,
  ListEntitiesRow,
  ListGlobalEntitiesRow,
  ListIntegrationsRow,
  ListMyInvitationsRow,
  ListMyTeamsRow,
  ListOperationRunsRow,
  ListOrganizationsRow,
  ListPermissionsAnswer,
  ListProjectResourcesRow,
  ListProvidersAnswer,
  ListRelatedEntitiesRow,
  ListServersRow,
  ListSitesViewRow,
  ListUsersRow,
  ListWebServicesRow,
  Membership,
  OperationPermission,
  OperationService,
  Organization,
  PricingTier,
  Project,
  ProjectResource,
  PruneEntitiesAnswer,
  PurgeOrganizationAnswer,
  RecordHealthChecksAnswer,
  RecordUsageBatchAnswer,
  RegisterFileAnswer,
  ReplayWebhookDeliveriesAnswer,
  Role,
  RotateAgentKeyAnswer,
  RotateApiKeyAnswer,
  RotateWebhookSecretAnswer,
  RunOperationAnswer,
  Schedule,
  ScheduledJob,
  Server,
  SetDataSourceSitesAnswer,
  Site,
  Subscription,
  SubscriptionTier,
  SwitchOrganizationAnswer,
  SyncDataSourceAnswer,
  SyncDockAnswer,
  SyncRun,
  Team,
  TeamMember,
  TestDataSourceAnswer,
  TestDockAnswer,
  Todo,
  UpdateMySettingsAnswer,
  UpsertMyProfileAnswer,
  UsageRecord,
  User,
  WebService,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEvent,
} from "./models";

/** Every public function behind an operation of the API, by its Convex name. */
export interface ConvexFunctions {
  "access/apiKeys:adopt": { type: "mutation"; args: TenantChangeArgs<"adoptApiKey">; result: ApiKey };
  "access/apiKeys:create": { type: "action"; args: TenantChangeArgs<"createApiKey">; result: CreateApiKeyAnswer };
  "access/apiKeys:get": { type: "query"; args: TenantArgs<"getApiKey">; result: ApiKey };
  "access/apiKeys:list": { type: "query"; args: TenantListArgs<"listApiKeys">; result: PaginationResult<ApiKey> };
  "access/apiKeys:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeApiKey">; result: ApiKey };
  "access/apiKeys:rotate": { type: "action"; args: TenantChangeArgs<"rotateApiKey">; result: RotateApiKeyAnswer };
  "access/apiKeys:update": { type: "mutation"; args: TenantChangeArgs<"updateApiKey">; result: ApiKey };
  "access/clientMembers:add": { type: "mutation"; args: TenantChangeArgs<"addClientMember">; result: ClientMember };
  "access/clientMembers:list": { type: "query"; args: TenantListArgs<"listClientMembers">; result: PaginationResult<ClientMember> };
  "access/clientMembers:remove": { type: "mutation"; args: TenantChangeArgs<"removeClientMember">; result: Returned<"removeClientMember"> };
  "access/clientMembers:update": { type: "mutation"; args: TenantChangeArgs<"updateClientMember">; result: ClientMember };
  "access/clientResources:list": { type: "query"; args: TenantListArgs<"listClientResources">; result: PaginationResult<ListClientResourcesRow> };
  "access/clients:create": { type: "mutation"; args: TenantChangeArgs<"createClient">; result: Client };
  "access/clients:delete": { type: "mutation"; args: TenantChangeArgs<"deleteClient">; result: Returned<"deleteClient"> };
  "access/clients:get": { type: "query"; args: TenantArgs<"getClient">; result: Client };
  "access/clients:list": { type: "query"; args: TenantListArgs<"listClients">; result: PaginationResult<Client> };
  "access/clients:restore": { type: "mutation"; args: TenantChangeArgs<"restoreClient">; result: Client };
  "access/clients:update": { type: "mutation"; args: TenantChangeArgs<"updateClient">; result: Client };
  "access/permissions:list": { type: "query"; args: TenantArgs<"listPermissions">; result: ListPermissionsAnswer };
  "access/roles:create": { type: "mutation"; args: TenantChangeArgs<"createRole">; result: Role };
  "access/roles:delete": { type: "mutation"; args: TenantChangeArgs<"deleteRole">; result: Returned<"deleteRole"> };
  "access/roles:get": { type: "query"; args: TenantArgs<"getRole">; result: Role };
  "access/roles:list": { type: "query"; args: TenantListArgs<"listRoles">; result: PaginationResult<Role> };
  "access/roles:restore": { type: "mutation"; args: TenantChangeArgs<"restoreRole">; result: Role };
  "access/roles:update": { type: "mutation"; args: TenantChangeArgs<"updateRole">; result: Role };
  "access/teamMembers:add": { type: "mutation"; args: TenantChangeArgs<"addTeamMember">; result: TeamMember };
  "access/teamMembers:list": { type: "query"; args: TenantListArgs<"listTeamMembers">; result: PaginationResult<TeamMember> };
  "access/teamMembers:remove": { type: "mutation"; args: TenantChangeArgs<"removeTeamMember">; result: Returned<"removeTeamMember"> };
  "access/teamMembers:update": { type: "mutation"; args: TenantChangeArgs<"updateTeamMember">; result: TeamMember };
  "access/teams:create": { type: "mutation"; args: TenantChangeArgs<"createTeam">; result: Team };
  "access/teams:delete": { type: "mutation"; args: TenantChangeArgs<"deleteTeam">; result: Returned<"deleteTeam"> };
  "access/teams:get": { type: "query"; args: TenantArgs<"getTeam">; result: Team };
  "access/teams:list": { type: "query"; args: TenantListArgs<"listTeams">; result: PaginationResult<Team> };
  "access/teams:listMine": { type: "query"; args: TenantListArgs<"listMyTeams">; result: PaginationResult<ListMyTeamsRow> };
  "access/teams:restore": { type: "mutation"; args: TenantChangeArgs<"restoreTeam">; result: Team };
  "access/teams:update": { type: "mutation"; args: TenantChangeArgs<"updateTeam">; result: Team };
  "billing/billLineItems:create": { type: "mutation"; args: TenantChangeArgs<"createBillLineItem">; result: BillLineItem };
  "billing/billLineItems:delete": { type: "mutation"; args: TenantChangeArgs<"deleteBillLineItem">; result: Returned<"deleteBillLineItem"> };
  "billing/billLineItems:list": { type: "query"; args: TenantListArgs<"listBillLineItems">; result: PaginationResult<BillLineItem> };
  "billing/billLineItems:listByIntegration": { type: "query"; args: TenantListArgs<"listLineItemsByIntegration">; result: PaginationResult<BillLineItem> };
  "billing/billLineItems:update": { type: "mutation"; args: TenantChangeArgs<"updateBillLineItem">; result: BillLineItem };
  "billing/billingAdjustments:create": { type: "mutation"; args: TenantChangeArgs<"createBillingAdjustment">; result: BillingAdjustment };
  "billing/billingAdjustments:delete": { type: "mutation"; args: TenantChangeArgs<"deleteBillingAdjustment">; result: Returned<"deleteBillingAdjustment"> };
  "billing/billingAdjustments:get": { type: "query"; args: TenantArgs<"getBillingAdjustment">; result: BillingAdjustment };
  "billing/billingAdjustments:list": { type: "query"; args: TenantListArgs<"listBillingAdjustments">; result: PaginationResult<BillingAdjustment> };
  "billing/billingAdjustments:update": { type: "mutation"; args: TenantChangeArgs<"updateBillingAdjustment">; result: BillingAdjustment };
  "billing/bills:cancel": { type: "mutation"; args: TenantChangeArgs<"cancelBill">; result: Bill };
  "billing/bills:delete": { type: "mutation"; args: TenantChangeArgs<"deleteBill">; result: Returned<"deleteBill"> };
  "billing/bills:finalize": { type: "mutation"; args: TenantChangeArgs<"finalizeBill">; result: Bill };
  "billing/bills:generate": { type: "mutation"; args: TenantChangeArgs<"generateBill">; result: Bill };
  "billing/bills:get": { type: "query"; args: TenantArgs<"getBill">; result: GetBillAnswer };
  "billing/bills:getPage": { type: "query"; args: TenantArgs<"getBillPage">; result: GetBillPageAnswer };
  "billing/bills:list": { type: "query"; args: TenantListArgs<"listBills">; result: PaginationResult<Bill> };
  "billing/bills:pay": { type: "mutation"; args: TenantChangeArgs<"markBillPaid">; result: Bill };
  "billing/bills:regenerate": { type: "mutation"; args: TenantChangeArgs<"regenerateBill">; result: Bill };
  "billing/bills:update": { type: "mutation"; args: TenantChangeArgs<"updateBill">; result: Bill };
  "billing/pricingTiers:create": { type: "mutation"; args: TenantChangeArgs<"createPricingTier">; result: PricingTier };
  "billing/pricingTiers:delete": { type: "mutation"; args: TenantChangeArgs<"deletePricingTier">; result: Returned<"deletePricingTier"> };
  "billing/pricingTiers:get": { type: "query"; args: TenantArgs<"getPricingTier">; result: PricingTier };
  "billing/pricingTiers:list": { type: "query"; args: TenantListArgs<"listPricingTiers">; result: PaginationResult<PricingTier> };
  "billing/pricingTiers:update": { type: "mutation"; args: TenantChangeArgs<"updatePricingTier">; result: PricingTier };
  "billing/subscriptionTiers:create": { type: "mutation"; args: TenantChangeArgs<"createSubscriptionTier">; result: SubscriptionTier };
  "billing/subscriptionTiers:delete": { type: "mutation"; args: TenantChangeArgs<"deleteSubscriptionTier">; result: Returned<"deleteSubscriptionTier"> };
  "billing/subscriptionTiers:get": { type: "query"; args: TenantArgs<"getSubscriptionTier">; result: SubscriptionTier };
  "billing/subscriptionTiers:list": { type: "query"; args: TenantListArgs<"listSubscriptionTiers">; result: PaginationResult<SubscriptionTier> };
  "billing/subscriptionTiers:update": { type: "mutation"; args: TenantChangeArgs<"updateSubscriptionTier">; result: SubscriptionTier };
  "billing/subscriptions:get": { type: "query"; args: TenantArgs<"getSubscription">; result: Subscription };
  "billing/subscriptions:getMine": { type: "query"; args: TenantArgs<"getMySubscription">; result: GetMySubscriptionAnswer };
  "billing/subscriptions:grant": { type: "mutation"; args: TenantChangeArgs<"grantSubscription">; result: Subscription };
  "billing/subscriptions:list": { type: "query"; args: TenantListArgs<"listSubscriptions">; result: PaginationResult<Subscription> };
  "billing/subscriptions:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeSubscription">; result: Subscription };
  "billing/usageRecords:delete": { type: "mutation"; args: TenantChangeArgs<"deleteUsageRecord">; result: Returned<"deleteUsageRecord"> };
  "billing/usageRecords:getSummary": { type: "query"; args: TenantArgs<"getUsageSummary">; result: GetUsageSummaryAnswer };
  "billing/usageRecords:list": { type: "query"; args: TenantListArgs<"listUsageRecords">; result: PaginationResult<UsageRecord> };
  "billing/usageRecords:record": { type: "mutation"; args: TenantChangeArgs<"recordUsage">; result: UsageRecord };
  "billing/usageRecords:recordBatch": { type: "mutation"; args: TenantChangeArgs<"recordUsageBatch">; result: RecordUsageBatchAnswer };
  "infrastructure/databases:delete": { type: "mutation"; args: TenantChangeArgs<"deleteDatabase">; result: Returned<"deleteDatabase"> };
  "infrastructure/databases:get": { type: "query"; args: TenantArgs<"getDatabase">; result: GetDatabaseAnswer };
  "infrastructure/databases:list": { type: "query"; args: TenantListArgs<"listDatabases">; result: PaginationResult<ListDatabasesRow> };
  "infrastructure/databases:restore": { type: "mutation"; args: TenantChangeArgs<"restoreDatabase">; result: Database };
  "infrastructure/databases:update": { type: "mutation"; args: TenantChangeArgs<"updateDatabase">; result: Database };
  "infrastructure/dockPermissions:grant": { type: "mutation"; args: TenantChangeArgs<"grantDockPermission">; result: DockPermission };
  "infrastructure/dockPermissions:list": { type: "query"; args: TenantListArgs<"listDockPermissions">; result: PaginationResult<DockPermission> };
  "infrastructure/dockPermissions:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeDockPermission">; result: Returned<"revokeDockPermission"> };
  "infrastructure/dockPermissions:update": { type: "mutation"; args: TenantChangeArgs<"updateDockPermission">; result: DockPermission };
  "infrastructure/dockSyncHistory:list": { type: "query"; args: TenantListArgs<"listDockSyncHistory">; result: PaginationResult<SyncRun> };
  "infrastructure/docks:create": { type: "action"; args: TenantChangeArgs<"createDock">; result: Dock };
  "infrastructure/docks:delete": { type: "mutation"; args: TenantChangeArgs<"deleteDock">; result: Returned<"deleteDock"> };
  "infrastructure/docks:get": { type: "query"; args: TenantArgs<"getDock">; result: Dock };
  "infrastructure/docks:list": { type: "query"; args: TenantListArgs<"listDocks">; result: PaginationResult<Dock> };
  "infrastructure/docks:releaseLock": { type: "mutation"; args: TenantChangeArgs<"releaseDockLock">; result: Dock };
  "infrastructure/docks:restore": { type: "mutation"; args: TenantChangeArgs<"restoreDock">; result: Dock };
  "infrastructure/docks:rotateKey": { type: "action"; args: TenantChangeArgs<"rotateDockKey">; result: Dock };
  "infrastructure/docks:sync": { type: "mutation"; args: TenantArgs<"syncDock">; result: SyncDockAnswer };
  "infrastructure/docks:test": { type: "action"; args: TenantArgs<"testDock">; result: TestDockAnswer };
  "infrastructure/docks:update": { type: "mutation"; args: TenantChangeArgs<"updateDock">; result: Dock };
  "infrastructure/domains:delete": { type: "mutation"; args: TenantChangeArgs<"deleteDomain">; result: Returned<"deleteDomain"> };
  "infrastructure/domains:get": { type: "query"; args: TenantArgs<"getDomain">; result: GetDomainAnswer };
  "infrastructure/domains:list": { type: "query"; args: TenantListArgs<"listDomains">; result: PaginationResult<ListDomainsRow> };
  "infrastructure/domains:restore": { type: "mutation"; args: TenantChangeArgs<"restoreDomain">; result: Domain };
  "infrastructure/domains:update": { type: "mutation"; args: TenantChangeArgs<"updateDomain">; result: Domain };
  "infrastructure/operationPermissions:grant": { type: "mutation"; args: TenantChangeArgs<"grantOperationPermission">; result: OperationPermission };
  "infrastructure/operationPermissions:list": { type: "query"; args: TenantListArgs<"listOperationPermissions">; result: PaginationResult<OperationPermission> };
  "infrastructure/operationPermissions:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeOperationPermission">; result: Returned<"revokeOperationPermission"> };
  "infrastructure/operationServices:create": { type: "action"; args: TenantChangeArgs<"createOperationService">; result: OperationService };
  "infrastructure/operationServices:delete": { type: "mutation"; args: TenantChangeArgs<"deleteOperationService">; result: Returned<"deleteOperationService"> };
  "infrastructure/operationServices:get": { type: "query"; args: TenantArgs<"getOperationService">; result: OperationService };
  "infrastructure/operationServices:list": { type: "query"; args: TenantListArgs<"listOperationServices">; result: PaginationResult<OperationService> };
  "infrastructure/operationServices:listRuns": { type: "query"; args: TenantListArgs<"listOperationRuns">; result: PaginationResult<ListOperationRunsRow> };
  "infrastructure/operationServices:restore": { type: "mutation"; args: TenantChangeArgs<"restoreOperationService">; result: OperationService };
  "infrastructure/operationServices:rotateConfig": { type: "action"; args: TenantChangeArgs<"rotateOperationConfig">; result: OperationService };
  "infrastructure/operationServices:run": { type: "mutation"; args: TenantArgs<"runOperation">; result: RunOperationAnswer };
  "infrastructure/operationServices:update": { type: "mutation"; args: TenantChangeArgs<"updateOperationService">; result: OperationService };
  "infrastructure/projectResources:link": { type: "mutation"; args: TenantChangeArgs<"linkProjectResource">; result: ProjectResource };
  "infrastructure/projectResources:linkBatch": { type: "mutation"; args: TenantChangeArgs<"linkProjectResources">; result: LinkProjectResourcesAnswer };
  "infrastructure/projectResources:list": { type: "query"; args: TenantListArgs<"listProjectResources">; result: PaginationResult<ListProjectResourcesRow> };
  "infrastructure/projectResources:listProjects": { type: "query"; args: TenantListArgs<"listResourceProjects">; result: PaginationResult<Project> };
  "infrastructure/projectResources:unlink": { type: "mutation"; args: TenantChangeArgs<"unlinkProjectResource">; result: Returned<"unlinkProjectResource"> };
  "infrastructure/projects:create": { type: "mutation"; args: TenantChangeArgs<"createProject">; result: Project };
  "infrastructure/projects:delete": { type: "mutation"; args: TenantChangeArgs<"deleteProject">; result: Returned<"deleteProject"> };
  "infrastructure/projects:get": { type: "query"; args: TenantArgs<"getProject">; result: Project };
  "infrastructure/projects:getDashboard": { type: "query"; args: TenantArgs<"getProjectDashboard">; result: GetProjectDashboardAnswer };
  "infrastructure/projects:list": { type: "query"; args: TenantListArgs<"listProjects">; result: PaginationResult<Project> };
  "infrastructure/projects:restore": { type: "mutation"; args: TenantChangeArgs<"restoreProject">; result: Project };
  "infrastructure/projects:update": { type: "mutation"; args: TenantChangeArgs<"updateProject">; result: Project };
  "infrastructure/providers:list": { type: "query"; args: TenantArgs<"listProviders">; result: ListProvidersAnswer };
  "infrastructure/servers:delete": { type: "mutation"; args: TenantChangeArgs<"deleteServer">; result: Returned<"deleteServer"> };
  "infrastructure/servers:get": { type: "query"; args: TenantArgs<"getServer">; result: GetServerAnswer };
  "infrastructure/servers:list": { type: "query"; args: TenantListArgs<"listServers">; result: PaginationResult<ListServersRow> };
  "infrastructure/servers:restore": { type: "mutation"; args: TenantChangeArgs<"restoreServer">; result: Server };
  "infrastructure/servers:update": { type: "mutation"; args: TenantChangeArgs<"updateServer">; result: Server };
  "infrastructure/webServices:delete": { type: "mutation"; args: TenantChangeArgs<"deleteWebService">; result: Returned<"deleteWebService"> };
  "infrastructure/webServices:get": { type: "query"; args: TenantArgs<"getWebService">; result: GetWebServiceAnswer };
  "infrastructure/webServices:list": { type: "query"; args: TenantListArgs<"listWebServices">; result: PaginationResult<ListWebServicesRow> };
  "infrastructure/webServices:restore": { type: "mutation"; args: TenantChangeArgs<"restoreWebService">; result: WebService };
  "infrastructure/webServices:update": { type: "mutation"; args: TenantChangeArgs<"updateWebService">; result: WebService };
  "integrations/dataSourceSites:link": { type: "mutation"; args: TenantChangeArgs<"linkDataSourceSite">; result: DataSourceSite };
  "integrations/dataSourceSites:list": { type: "query"; args: TenantListArgs<"listDataSourceSites">; result: PaginationResult<DataSourceSite> };
  "integrations/dataSourceSites:unlink": { type: "mutation"; args: TenantChangeArgs<"unlinkDataSourceSite">; result: Returned<"unlinkDataSourceSite"> };
  "integrations/dataSources:create": { type: "action"; args: TenantChangeArgs<"createDataSource">; result: DataSource };
  "integrations/dataSources:delete": { type: "mutation"; args: TenantChangeArgs<"deleteDataSource">; result: Returned<"deleteDataSource"> };
  "integrations/dataSources:get": { type: "query"; args: TenantArgs<"getDataSource">; result: DataSource };
  "integrations/dataSources:getSyncStatus": { type: "query"; args: TenantArgs<"getDataSourceSyncStatus">; result: GetDataSourceSyncStatusAnswer };
  "integrations/dataSources:list": { type: "query"; args: TenantListArgs<"listDataSources">; result: PaginationResult<DataSource> };
  "integrations/dataSources:restore": { type: "mutation"; args: TenantChangeArgs<"restoreDataSource">; result: DataSource };
  "integrations/dataSources:setCredentials": { type: "action"; args: TenantChangeArgs<"setDataSourceCredentials">; result: DataSource };
  "integrations/dataSources:setSites": { type: "mutation"; args: TenantChangeArgs<"setDataSourceSites">; result: PaginationResult<DataSourceSite> };
  "integrations/dataSources:sync": { type: "mutation"; args: TenantArgs<"syncDataSource">; result: SyncDataSourceAnswer };
  "integrations/dataSources:test": { type: "mutation"; args: TenantArgs<"testDataSource">; result: TestDataSourceAnswer };
  "integrations/dataSources:update": { type: "mutation"; args: TenantChangeArgs<"updateDataSource">; result: DataSource };
  "integrations/entities:bulkUpsert": { type: "mutation"; args: TenantChangeArgs<"bulkUpsertEntities">; result: BulkUpsertEntitiesAnswer };
  "integrations/entities:delete": { type: "mutation"; args: TenantChangeArgs<"deleteEntity">; result: Returned<"deleteEntity"> };
  "integrations/entities:get": { type: "query"; args: TenantArgs<"getEntity">; result: GetEntityAnswer };
  "integrations/entities:list": { type: "query"; args: TenantListArgs<"listEntities">; result: PaginationResult<ListEntitiesRow> };
  "integrations/entities:prune": { type: "mutation"; args: TenantChangeArgs<"pruneEntities">; result: PruneEntitiesAnswer };
  "integrations/entities:restore": { type: "mutation"; args: TenantChangeArgs<"restoreEntity">; result: Entity };
  "integrations/entities:update": { type: "mutation"; args: TenantChangeArgs<"updateEntity">; result: Entity };
  "integrations/entityRelationships:bulkUpsert": { type: "mutation"; args: TenantChangeArgs<"bulkUpsertEntityRelationships">; result: BulkUpsertEntityRelationshipsAnswer };
  "integrations/entityRelationships:create": { type: "mutation"; args: TenantChangeArgs<"createEntityRelationship">; result: EntityRelationship };
  "integrations/entityRelationships:delete": { type: "mutation"; args: TenantChangeArgs<"deleteEntityRelationship">; result: Returned<"deleteEntityRelationship"> };
  "integrations/entityRelationships:list": { type: "query"; args: TenantListArgs<"listEntityRelationships">; result: PaginationResult<EntityRelationship> };
  "integrations/entityRelationships:listRelated": { type: "query"; args: TenantListArgs<"listRelatedEntities">; result: PaginationResult<ListRelatedEntitiesRow> };
  "integrations/globalEntities:bulkUpsert": { type: "mutation"; args: ChangeArgs<"bulkUpsertGlobalEntities">; result: BulkUpsertGlobalEntitiesAnswer };
  "integrations/globalEntities:delete": { type: "mutation"; args: ChangeArgs<"deleteGlobalEntity">; result: Returned<"deleteGlobalEntity"> };
  "integrations/globalEntities:get": { type: "query"; args: TenantArgs<"getGlobalEntity">; result: GetGlobalEntityAnswer };
  "integrations/globalEntities:list": { type: "query"; args: TenantListArgs<"listGlobalEntities">; result: PaginationResult<ListGlobalEntitiesRow> };
  "integrations/integrations:create": { type: "mutation"; args: ChangeArgs<"createIntegration">; result: Integration };
  "integrations/integrations:delete": { type: "mutation"; args: ChangeArgs<"deleteIntegration">; result: Returned<"deleteIntegration"> };
  "integrations/integrations:get": { type: "query"; args: TenantArgs<"getIntegration">; result: GetIntegrationAnswer };
  "integrations/integrations:list": { type: "query"; args: TenantListArgs<"listIntegrations">; result: PaginationResult<ListIntegrationsRow> };
  "integrations/integrations:update": { type: "mutation"; args: ChangeArgs<"updateIntegration">; result: Integration };
  "jobs/eventLogs:claim": { type: "mutation"; args: TenantChangeArgs<"claimEventLogs">; result: ClaimEventLogsAnswer };
  "jobs/eventLogs:complete": { type: "mutation"; args: TenantChangeArgs<"completeEventLog">; result: EventLog };
  "jobs/eventLogs:create": { type: "mutation"; args: TenantChangeArgs<"createEventLog">; result: EventLog };
  "jobs/eventLogs:fail": { type: "mutation"; args: TenantChangeArgs<"failEventLog">; result: EventLog };
  "jobs/eventLogs:get": { type: "query"; args: TenantArgs<"getEventLog">; result: EventLog };
  "jobs/eventLogs:list": { type: "query"; args: TenantListArgs<"listEventLogs">; result: PaginationResult<EventLog> };
  "jobs/eventLogs:retry": { type: "mutation"; args: TenantChangeArgs<"retryEventLog">; result: EventLog };
  "jobs/scheduledJobs:claim": { type: "mutation"; args: TenantChangeArgs<"claimScheduledJobs">; result: ClaimScheduledJobsAnswer };
  "jobs/scheduledJobs:complete": { type: "mutation"; args: TenantChangeArgs<"completeScheduledJob">; result: ScheduledJob };
  "jobs/scheduledJobs:create": { type: "mutation"; args: TenantChangeArgs<"createScheduledJob">; result: ScheduledJob };
  "jobs/scheduledJobs:delete": { type: "mutation"; args: TenantChangeArgs<"cancelScheduledJob">; result: Returned<"cancelScheduledJob"> };
  "jobs/scheduledJobs:fail": { type: "mutation"; args: TenantChangeArgs<"failScheduledJob">; result: ScheduledJob };
  "jobs/scheduledJobs:get": { type: "query"; args: TenantArgs<"getScheduledJob">; result: ScheduledJob };
  "jobs/scheduledJobs:getStats": { type: "query"; args: TenantArgs<"getJobStats">; result: GetJobStatsAnswer };
  "jobs/scheduledJobs:heartbeat": { type: "mutation"; args: TenantChangeArgs<"heartbeatScheduledJob">; result: HeartbeatScheduledJobAnswer };
  "jobs/scheduledJobs:list": { type: "query"; args: TenantListArgs<"listScheduledJobs">; result: PaginationResult<ScheduledJob> };
  "jobs/scheduledJobs:retry": { type: "mutation"; args: TenantChangeArgs<"retryScheduledJob">; result: ScheduledJob };
  "jobs/syncHistory:get": { type: "query"; args: TenantArgs<"getSyncRun">; result: SyncRun };
  "jobs/syncHistory:list": { type: "query"; args: TenantListArgs<"listSyncHistory">; result: PaginationResult<SyncRun> };
  "observability/apiLogs:get": { type: "query"; args: TenantArgs<"getApiLog">; result: ApiLog };
  "observability/apiLogs:list": { type: "query"; args: TenantListArgs<"listApiLogs">; result: PaginationResult<ApiLog> };
  "observability/auditLogs:get": { type: "query"; args: TenantArgs<"getAuditLog">; result: AuditLog };
  "observability/auditLogs:getRecordHistory": { type: "query"; args: TenantListArgs<"getRecordHistory">; result: PaginationResult<AuditLog> };
  "observability/auditLogs:list": { type: "query"; args: TenantListArgs<"listAuditLogs">; result: PaginationResult<AuditLog> };
  "observability/healthChecks:delete": { type: "mutation"; args: TenantChangeArgs<"deleteHealthCheck">; result: Returned<"deleteHealthCheck"> };
  "observability/healthChecks:get": { type: "query"; args: TenantArgs<"getHealthCheck">; result: HealthCheck };
  "observability/healthChecks:getSummary": { type: "query"; args: TenantArgs<"getHealthSummary">; result: GetHealthSummaryAnswer };
  "observability/healthChecks:list": { type: "query"; args: TenantListArgs<"listHealthChecks">; result: PaginationResult<HealthCheck> };
  "observability/healthChecks:record": { type: "mutation"; args: TenantChangeArgs<"recordHealthCheck">; result: HealthCheck };
  "observability/healthChecks:recordBatch": { type: "mutation"; args: TenantChangeArgs<"recordHealthChecks">; result: PaginationResult<HealthCheck> };
  "observability/healthChecks:reset": { type: "mutation"; args: TenantChangeArgs<"resetHealthCheck">; result: HealthCheck };
  "platform/files:createUploadUrl": { type: "mutation"; args: TenantArgs<"createUploadUrl">; result: CreateUploadUrlAnswer };
  "platform/files:delete": { type: "mutation"; args: TenantChangeArgs<"deleteFile">; result: Returned<"deleteFile"> };
  "platform/files:get": { type: "query"; args: TenantArgs<"getFile">; result: GetFileAnswer };
  "platform/files:list": { type: "query"; args: TenantListArgs<"listFiles">; result: PaginationResult<File> };
  "platform/files:register": { type: "action"; args: TenantArgs<"registerFile">; result: RegisterFileAnswer };
  "platform/webhookDeliveries:get": { type: "query"; args: TenantArgs<"getWebhookDelivery">; result: WebhookDelivery };
  "platform/webhookDeliveries:list": { type: "query"; args: TenantListArgs<"listWebhookDeliveries">; result: PaginationResult<WebhookDelivery> };
  "platform/webhookDeliveries:redeliver": { type: "mutation"; args: TenantArgs<"redeliverWebhook">; result: WebhookDelivery };
  "platform/webhookEndpoints:create": { type: "action"; args: TenantChangeArgs<"createWebhookEndpoint">; result: CreateWebhookEndpointAnswer };
  "platform/webhookEndpoints:delete": { type: "mutation"; args: TenantChangeArgs<"deleteWebhookEndpoint">; result: Returned<"deleteWebhookEndpoint"> };
  "platform/webhookEndpoints:get": { type: "query"; args: TenantArgs<"getWebhookEndpoint">; result: WebhookEndpoint };
  "platform/webhookEndpoints:list": { type: "query"; args: TenantListArgs<"listWebhookEndpoints">; result: PaginationResult<WebhookEndpoint> };
  "platform/webhookEndpoints:replay": { type: "mutation"; args: TenantArgs<"replayWebhookDeliveries">; result: ReplayWebhookDeliveriesAnswer };
  "platform/webhookEndpoints:rotate": { type: "action"; args: TenantChangeArgs<"rotateWebhookSecret">; result: RotateWebhookSecretAnswer };
  "platform/webhookEndpoints:test": { type: "mutation"; args: TenantArgs<"testWebhookEndpoint">; result: WebhookDelivery };
  "platform/webhookEndpoints:update": { type: "mutation"; args: TenantChangeArgs<"updateWebhookEndpoint">; result: WebhookEndpoint };
  "platform/webhookEvents:list": { type: "query"; args: TenantListArgs<"listWebhookEvents">; result: PaginationResult<WebhookEvent> };
  "platform/webhookEvents:replay": { type: "mutation"; args: TenantChangeArgs<"replayWebhookEvent">; result: WebhookEvent };
  "sites/agentApiLogs:get": { type: "query"; args: TenantArgs<"getAgentApiLog">; result: AgentApiLog };
  "sites/agentApiLogs:list": { type: "query"; args: TenantListArgs<"listAgentApiLogs">; result: PaginationResult<AgentApiLog> };
  "sites/agentEnrollmentTokens:create": { type: "action"; args: TenantChangeArgs<"createAgentEnrollmentToken">; result: CreateAgentEnrollmentTokenAnswer };
  "sites/agentEnrollmentTokens:list": { type: "query"; args: TenantListArgs<"listAgentEnrollmentTokens">; result: PaginationResult<AgentEnrollmentToken> };
  "sites/agentEnrollmentTokens:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeAgentEnrollmentToken">; result: AgentEnrollmentToken };
  "sites/agents:checkIn": { type: "mutation"; args: TenantChangeArgs<"checkInAgent">; result: CheckInAgentAnswer };
  "sites/agents:delete": { type: "mutation"; args: TenantChangeArgs<"deleteAgent">; result: Returned<"deleteAgent"> };
  "sites/agents:get": { type: "query"; args: TenantArgs<"getAgent">; result: Agent };
  "sites/agents:getSelf": { type: "query"; args: TenantArgs<"getAgentSelf">; result: Agent };
  "sites/agents:list": { type: "query"; args: TenantListArgs<"listAgents">; result: PaginationResult<Agent> };
  "sites/agents:restore": { type: "mutation"; args: TenantChangeArgs<"restoreAgent">; result: Agent };
  "sites/agents:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeAgent">; result: Agent };
  "sites/agents:rotateKey": { type: "action"; args: TenantChangeArgs<"rotateAgentKey">; result: RotateAgentKeyAnswer };
  "sites/agents:update": { type: "mutation"; args: TenantChangeArgs<"updateAgent">; result: Agent };
  "sites/sites:batchCreate": { type: "mutation"; args: TenantChangeArgs<"batchCreateSites">; result: BatchCreateSitesAnswer };
  "sites/sites:create": { type: "mutation"; args: TenantChangeArgs<"createSite">; result: Site };
  "sites/sites:delete": { type: "mutation"; args: TenantChangeArgs<"deleteSite">; result: Returned<"deleteSite"> };
  "sites/sites:get": { type: "query"; args: TenantArgs<"getSite">; result: Site };
  "sites/sites:getView": { type: "query"; args: TenantArgs<"getSiteView">; result: GetSiteViewAnswer };
  "sites/sites:list": { type: "query"; args: TenantListArgs<"listSites">; result: PaginationResult<Site> };
  "sites/sites:listView": { type: "query"; args: TenantListArgs<"listSitesView">; result: PaginationResult<ListSitesViewRow> };
  "sites/sites:restore": { type: "mutation"; args: TenantChangeArgs<"restoreSite">; result: Site };
  "sites/sites:update": { type: "mutation"; args: TenantChangeArgs<"updateSite">; result: Site };
  "tenancy/invitations:accept": { type: "mutation"; args: ChangeArgs<"acceptInvitation">; result: AcceptInvitationAnswer };
  "tenancy/invitations:create": { type: "mutation"; args: TenantChangeArgs<"createInvitation">; result: Invitation };
  "tenancy/invitations:decline": { type: "mutation"; args: ChangeArgs<"declineInvitation">; result: DeclineInvitationAnswer };
  "tenancy/invitations:get": { type: "query"; args: TenantArgs<"getInvitation">; result: Invitation };
  "tenancy/invitations:list": { type: "query"; args: TenantListArgs<"listInvitations">; result: PaginationResult<Invitation> };
  "tenancy/invitations:resend": { type: "mutation"; args: TenantChangeArgs<"resendInvitation">; result: Invitation };
  "tenancy/invitations:revoke": { type: "mutation"; args: TenantChangeArgs<"revokeInvitation">; result: Invitation };
  "tenancy/me:delete": { type: "mutation"; args: ChangeArgs<"deleteCurrentUser">; result: Returned<"deleteCurrentUser"> };
  "tenancy/me:get": { type: "query"; args: Args<"getCurrentUser">; result: GetCurrentUserAnswer };
  "tenancy/me:getPermissions": { type: "query"; args: TenantArgs<"getMyPermissions">; result: GetMyPermissionsAnswer };
  "tenancy/me:getProfile": { type: "query"; args: Args<"getMyProfile">; result: GetMyProfileAnswer };
  "tenancy/me:getSettings": { type: "query"; args: Args<"getMySettings">; result: GetMySettingsAnswer };
  "tenancy/me:listInvitations": { type: "query"; args: ListArgs<"listMyInvitations">; result: PaginationResult<ListMyInvitationsRow> };
  "tenancy/me:switchOrganization": { type: "mutation"; args: ChangeArgs<"switchOrganization">; result: SwitchOrganizationAnswer };
  "tenancy/me:sync": { type: "mutation"; args: ChangeArgs<"syncCurrentUser">; result: User };
  "tenancy/me:update": { type: "mutation"; args: ChangeArgs<"updateCurrentUser">; result: User };
  "tenancy/me:updateSettings": { type: "mutation"; args: ChangeArgs<"updateMySettings">; result: UpdateMySettingsAnswer };
  "tenancy/me:upsertProfile": { type: "mutation"; args: ChangeArgs<"upsertMyProfile">; result: UpsertMyProfileAnswer };
  "tenancy/memberships:ban": { type: "mutation"; args: TenantChangeArgs<"banMember">; result: Membership };
  "tenancy/memberships:get": { type: "query"; args: TenantArgs<"getMembership">; result: Membership };
  "tenancy/memberships:leave": { type: "mutation"; args: TenantChangeArgs<"leaveOrganization">; result: Returned<"leaveOrganization"> };
  "tenancy/memberships:list": { type: "query"; args: TenantListArgs<"listMemberships">; result: PaginationResult<Membership> };
  "tenancy/memberships:remove": { type: "mutation"; args: TenantChangeArgs<"removeMembership">; result: Returned<"removeMembership"> };
  "tenancy/memberships:unban": { type: "mutation"; args: TenantChangeArgs<"unbanMember">; result: Membership };
  "tenancy/memberships:update": { type: "mutation"; args: TenantChangeArgs<"updateMembership">; result: Membership };
  "tenancy/memberships:updateMine": { type: "mutation"; args: TenantChangeArgs<"updateMyMembership">; result: Membership };
  "tenancy/organizations:create": { type: "mutation"; args: ChangeArgs<"createOrganization">; result: Organization };
  "tenancy/organizations:delete": { type: "mutation"; args: TenantChangeArgs<"deleteOrganization">; result: Returned<"deleteOrganization"> };
  "tenancy/organizations:get": { type: "query"; args: TenantArgs<"getOrganization">; result: Organization };
  "tenancy/organizations:getBySlug": { type: "query"; args: TenantArgs<"getOrganizationBySlug">; result: GetOrganizationBySlugAnswer };
  "tenancy/organizations:getSummary": { type: "query"; args: TenantArgs<"getOrganizationSummary">; result: GetOrganizationSummaryAnswer };
  "tenancy/organizations:list": { type: "query"; args: ListArgs<"listOrganizations">; result: PaginationResult<ListOrganizationsRow> };
  "tenancy/organizations:purge": { type: "mutation"; args: TenantChangeArgs<"purgeOrganization">; result: PurgeOrganizationAnswer };
  "tenancy/organizations:restore": { type: "mutation"; args: TenantChangeArgs<"restoreOrganization">; result: Organization };
  "tenancy/organizations:setQuotas": { type: "mutation"; args: ChangeArgs<"setOrganizationQuotas">; result: Organization };
  "tenancy/organizations:setStatus": { type: "mutation"; args: ChangeArgs<"setOrganizationStatus">; result: Organization };
  "tenancy/organizations:transferOwnership": { type: "mutation"; args: TenantChangeArgs<"transferOwnership">; result: Organization };
  "tenancy/organizations:update": { type: "mutation"; args: TenantChangeArgs<"updateOrganization">; result: Organization };
  "tenancy/users:create": { type: "mutation"; args: TenantChangeArgs<"createUser">; result: CreateUserAnswer };
  "tenancy/users:get": { type: "query"; args: TenantArgs<"getUser">; result: GetUserAnswer };
  "tenancy/users:getProfile": { type: "query"; args: TenantArgs<"getUserProfile">; result: GetUserProfileAnswer };
  "tenancy/users:list": { type: "query"; args: TenantListArgs<"listUsers">; result: PaginationResult<ListUsersRow> };
  "workspace/items:batchCreate": { type: "mutation"; args: TenantChangeArgs<"batchCreateItems">; result: BatchCreateItemsAnswer };
  "workspace/items:create": { type: "mutation"; args: TenantChangeArgs<"createItem">; result: Item };
  "workspace/items:delete": { type: "mutation"; args: TenantChangeArgs<"deleteItem">; result: Returned<"deleteItem"> };
  "workspace/items:get": { type: "query"; args: TenantArgs<"getItem">; result: Item };
  "workspace/items:list": { type: "query"; args: TenantListArgs<"listItems">; result: PaginationResult<Item> };
  "workspace/items:restore": { type: "mutation"; args: TenantChangeArgs<"restoreItem">; result: Item };
  "workspace/items:update": { type: "mutation"; args: TenantChangeArgs<"updateItem">; result: Item };
  "workspace/schedules:activate": { type: "mutation"; args: TenantChangeArgs<"activateSchedule">; result: Schedule };
  "workspace/schedules:batchCreate": { type: "mutation"; args: TenantChangeArgs<"batchCreateSchedules">; result: BatchCreateSchedulesAnswer };
  "workspace/schedules:cancel": { type: "mutation"; args: TenantChangeArgs<"cancelSchedule">; result: Schedule };
  "workspace/schedules:complete": { type: "mutation"; args: TenantChangeArgs<"completeSchedule">; result: Schedule };
  "workspace/schedules:create": { type: "mutation"; args: TenantChangeArgs<"createSchedule">; result: Schedule };
  "workspace/schedules:delete": { type: "mutation"; args: TenantChangeArgs<"deleteSchedule">; result: Returned<"deleteSchedule"> };
  "workspace/schedules:get": { type: "query"; args: TenantArgs<"getSchedule">; result: Schedule };
  "workspace/schedules:list": { type: "query"; args: TenantListArgs<"listSchedules">; result: PaginationResult<Schedule> };
  "workspace/schedules:restore": { type: "mutation"; args: TenantChangeArgs<"restoreSchedule">; result: Schedule };
  "workspace/schedules:update": { type: "mutation"; args: TenantChangeArgs<"updateSchedule">; result: Schedule };
  "workspace/todos:create": { type: "mutation"; args: TenantChangeArgs<"createTodo">; result: Todo };
  "workspace/todos:delete": { type: "mutation"; args: TenantChangeArgs<"deleteTodo">; result: Returned<"deleteTodo"> };
  "workspace/todos:get": { type: "query"; args: TenantArgs<"getTodo">; result: Todo };
  "workspace/todos:list": { type: "query"; args: TenantListArgs<"listTodos">; result: PaginationResult<Todo> };
  "workspace/todos:toggle": { type: "mutation"; args: TenantChangeArgs<"toggleTodo">; result: Todo };
  "workspace/todos:update": { type: "mutation"; args: TenantChangeArgs<"updateTodo">; result: Todo };
}

/** The reference of one function. */
export type Reference<Name extends keyof ConvexFunctions> = FunctionReference<
  ConvexFunctions[Name]["type"],
  "public",
  ConvexFunctions[Name]["args"],
  ConvexFunctions[Name]["result"]
>;

/** The shape of the deployment's generated `api`. */
export interface Api {
  access: {
    apiKeys: {
      adopt: Reference<"access/apiKeys:adopt">;
      create: Reference<"access/apiKeys:create">;
      get: Reference<"access/apiKeys:get">;
      list: Reference<"access/apiKeys:list">;
      revoke: Reference<"access/apiKeys:revoke">;
      rotate: Reference<"access/apiKeys:rotate">;
      update: Reference<"access/apiKeys:update">;
    };
    clientMembers: {
      add: Reference<"access/clientMembers:add">;
      list: Reference<"access/clientMembers:list">;
      remove: Reference<"access/clientMembers:remove">;
      update: Reference<"access/clientMembers:update">;
    };
    clientResources: {
      list: Reference<"access/clientResources:list">;
    };
    clients: {
      create: Reference<"access/clients:create">;
      delete: Reference<"access/clients:delete">;
      get: Reference<"access/clients:get">;
      list: Reference<"access/clients:list">;
      restore: Reference<"access/clients:restore">;
      update: Reference<"access/clients:update">;
    };
    permissions: {
      list: Reference<"access/permissions:list">;
    };
    roles: {
      create: Reference<"access/roles:create">;
      delete: Reference<"access/roles:delete">;
      get: Reference<"access/roles:get">;
      list: Reference<"access/roles:list">;
      restore: Reference<"access/roles:restore">;
      update: Reference<"access/roles:update">;
    };
    teamMembers: {
      add: Reference<"access/teamMembers:add">;
      list: Reference<"access/teamMembers:list">;
      remove: Reference<"access/teamMembers:remove">;
      update: Reference<"access/teamMembers:update">;
    };
    teams: {
      create: Reference<"access/teams:create">;
      delete: Reference<"access/teams:delete">;
      get: Reference<"access/teams:get">;
      list: Reference<"access/teams:list">;
      listMine: Reference<"access/teams:listMine">;
      restore: Reference<"access/teams:restore">;
      update: Reference<"access/teams:update">;
    };
  };
  billing: {
    billLineItems: {
      create: Reference<"billing/billLineItems:create">;
      delete: Reference<"billing/billLineItems:delete">;
      list: Reference<"billing/billLineItems:list">;
      listByIntegration: Reference<"billing/billLineItems:listByIntegration">;
      update: Reference<"billing/billLineItems:update">;
    };
    billingAdjustments: {
      create: Reference<"billing/billingAdjustments:create">;
      delete: Reference<"billing/billingAdjustments:delete">;
      get: Reference<"billing/billingAdjustments:get">;
      list: Reference<"billing/billingAdjustments:list">;
      update: Reference<"billing/billingAdjustments:update">;
    };
    bills: {
      cancel: Reference<"billing/bills:cancel">;
      delete: Reference<"billing/bills:delete">;
      finalize: Reference<"billing/bills:finalize">;
      generate: Reference<"billing/bills:generate">;
      get: Reference<"billing/bills:get">;
      getPage: Reference<"billing/bills:getPage">;
      list: Reference<"billing/bills:list">;
      pay: Reference<"billing/bills:pay">;
      regenerate: Reference<"billing/bills:regenerate">;
      update: Reference<"billing/bills:update">;
    };
    pricingTiers: {
      create: Reference<"billing/pricingTiers:create">;
      delete: Reference<"billing/pricingTiers:delete">;
      get: Reference<"billing/pricingTiers:get">;
      list: Reference<"billing/pricingTiers:list">;
      update: Reference<"billing/pricingTiers:update">;
    };
    subscriptionTiers: {
      create: Reference<"billing/subscriptionTiers:create">;
      delete: Reference<"billing/subscriptionTiers:delete">;
      get: Reference<"billing/subscriptionTiers:get">;
      list: Reference<"billing/subscriptionTiers:list">;
      update: Reference<"billing/subscriptionTiers:update">;
    };
    subscriptions: {
      get: Reference<"billing/subscriptions:get">;
      getMine: Reference<"billing/subscriptions:getMine">;
      grant: Reference<"billing/subscriptions:grant">;
      list: Reference<"billing/subscriptions:list">;
      revoke: Reference<"billing/subscriptions:revoke">;
    };
    usageRecords: {
      delete: Reference<"billing/usageRecords:delete">;
      getSummary: Reference<"billing/usageRecords:getSummary">;
      list: Reference<"billing/usageRecords:list">;
      record: Reference<"billing/usageRecords:record">;
      recordBatch: Reference<"billing/usageRecords:recordBatch">;
    };
  };
  infrastructure: {
    databases: {
      delete: Reference<"infrastructure/databases:delete">;
      get: Reference<"infrastructure/databases:get">;
      list: Reference<"infrastructure/databases:list">;
      restore: Reference<"infrastructure/databases:restore">;
      update: Reference<"infrastructure/databases:update">;
    };
    dockPermissions: {
      grant: Reference<"infrastructure/dockPermissions:grant">;
      list: Reference<"infrastructure/dockPermissions:list">;
      revoke: Reference<"infrastructure/dockPermissions:revoke">;
      update: Reference<"infrastructure/dockPermissions:update">;
    };
    dockSyncHistory: {
      list: Reference<"infrastructure/dockSyncHistory:list">;
    };
    docks: {
      create: Reference<"infrastructure/docks:create">;
      delete: Reference<"infrastructure/docks:delete">;
      get: Reference<"infrastructure/docks:get">;
      list: Reference<"infrastructure/docks:list">;
      releaseLock: Reference<"infrastructure/docks:releaseLock">;
      restore: Reference<"infrastructure/docks:restore">;
      rotateKey: Reference<"infrastructure/docks:rotateKey">;
      sync: Reference<"infrastructure/docks:sync">;
      test: Reference<"infrastructure/docks:test">;
      update: Reference<"infrastructure/docks:update">;
    };
    domains: {
      delete: Reference<"infrastructure/domains:delete">;
      get: Reference<"infrastructure/domains:get">;
      list: Reference<"infrastructure/domains:list">;
      restore: Reference<"infrastructure/domains:restore">;
      update: Reference<"infrastructure/domains:update">;
    };
    operationPermissions: {
      grant: Reference<"infrastructure/operationPermissions:grant">;
      list: Reference<"infrastructure/operationPermissions:list">;
      revoke: Reference<"infrastructure/operationPermissions:revoke">;
    };
    operationServices: {
      create: Reference<"infrastructure/operationServices:create">;
      delete: Reference<"infrastructure/operationServices:delete">;
      get: Reference<"infrastructure/operationServices:get">;
      list: Reference<"infrastructure/operationServices:list">;
      listRuns: Reference<"infrastructure/operationServices:listRuns">;
      restore: Reference<"infrastructure/operationServices:restore">;
      rotateConfig: Reference<"infrastructure/operationServices:rotateConfig">;
      run: Reference<"infrastructure/operationServices:run">;
      update: Reference<"infrastructure/operationServices:update">;
    };
    projectResources: {
      link: Reference<"infrastructure/projectResources:link">;
      linkBatch: Reference<"infrastructure/projectResources:linkBatch">;
      list: Reference<"infrastructure/projectResources:list">;
      listProjects: Reference<"infrastructure/projectResources:listProjects">;
      unlink: Reference<"infrastructure/projectResources:unlink">;
    };
    projects: {
      create: Reference<"infrastructure/projects:create">;
      delete: Reference<"infrastructure/projects:delete">;
      get: Reference<"infrastructure/projects:get">;
      getDashboard: Reference<"infrastructure/projects:getDashboard">;
      list: Reference<"infrastructure/projects:list">;
      restore: Reference<"infrastructure/projects:restore">;
      update: Reference<"infrastructure/projects:update">;
    };
    providers: {
      list: Reference<"infrastructure/providers:list">;
    };
    servers: {
      delete: Reference<"infrastructure/servers:delete">;
      get: Reference<"infrastructure/servers:get">;
      list: Reference<"infrastructure/servers:list">;
      restore: Reference<"infrastructure/servers:restore">;
      update: Reference<"infrastructure/servers:update">;
    };
    webServices: {
      delete: Reference<"infrastructure/webServices:delete">;
      get: Reference<"infrastructure/webServices:get">;
      list: Reference<"infrastructure/webServices:list">;
      restore: Reference<"infrastructure/webServices:restore">;
      update: Reference<"infrastructure/webServices:update">;
    };
  };
  integrations: {
    dataSourceSites: {
      link: Reference<"integrations/dataSourceSites:link">;
      list: Reference<"integrations/dataSourceSites:list">;
      unlink: Reference<"integrations/dataSourceSites:unlink">;
    };
    dataSources: {
      create: Reference<"integrations/dataSources:create">;
      delete: Reference<"integrations/dataSources:delete">;
      get: Reference<"integrations/dataSources:get">;
      getSyncStatus: Reference<"integrations/dataSources:getSyncStatus">;
      list: Reference<"integrations/dataSources:list">;
      restore: Reference<"integrations/dataSources:restore">;
      setCredentials: Reference<"integrations/dataSources:setCredentials">;
      setSites: Reference<"integrations/dataSources:setSites">;
      sync: Reference<"integrations/dataSources:sync">;
      test: Reference<"integrations/dataSources:test">;
      update: Reference<"integrations/dataSources:update">;
    };
    entities: {
      bulkUpsert: Reference<"integrations/entities:bulkUpsert">;
      delete: Reference<"integrations/entities:delete">;
      get: Reference<"integrations/entities:get">;
      list: Reference<"integrations/entities:list">;
      prune: Reference<"integrations/entities:prune">;
      restore: Reference<"integrations/entities:restore">;
      update: Reference<"integrations/entities:update">;
    };
    entityRelationships: {
      bulkUpsert: Reference<"integrations/entityRelationships:bulkUpsert">;
      create: Reference<"integrations/entityRelationships:create">;
      delete: Reference<"integrations/entityRelationships:delete">;
      list: Reference<"integrations/entityRelationships:list">;
      listRelated: Reference<"integrations/entityRelationships:listRelated">;
    };
    globalEntities: {
      bulkUpsert: Reference<"integrations/globalEntities:bulkUpsert">;
      delete: Reference<"integrations/globalEntities:delete">;
      get: Reference<"integrations/globalEntities:get">;
      list: Reference<"integrations/globalEntities:list">;
    };
    integrations: {
      create: Reference<"integrations/integrations:create">;
      delete: Reference<"integrations/integrations:delete">;
      get: Reference<"integrations/integrations:get">;
      list: Reference<"integrations/integrations:list">;
      update: Reference<"integrations/integrations:update">;
    };
  };
  jobs: {
    eventLogs: {
      claim: Reference<"jobs/eventLogs:claim">;
      complete: Reference<"jobs/eventLogs:complete">;
      create: Reference<"jobs/eventLogs:create">;
      fail: Reference<"jobs/eventLogs:fail">;
      get: Reference<"jobs/eventLogs:get">;
      list: Reference<"jobs/eventLogs:list">;
      retry: Reference<"jobs/eventLogs:retry">;
    };
    scheduledJobs: {
      claim: Reference<"jobs/scheduledJobs:claim">;
      complete: Reference<"jobs/scheduledJobs:complete">;
      create: Reference<"jobs/scheduledJobs:create">;
      delete: Reference<"jobs/scheduledJobs:delete">;
      fail: Reference<"jobs/scheduledJobs:fail">;
      get: Reference<"jobs/scheduledJobs:get">;
      getStats: Reference<"jobs/scheduledJobs:getStats">;
      heartbeat: Reference<"jobs/scheduledJobs:heartbeat">;
      list: Reference<"jobs/scheduledJobs:list">;
      retry: Reference<"jobs/scheduledJobs:retry">;
    };
    syncHistory: {
      get: Reference<"jobs/syncHistory:get">;
      list: Reference<"jobs/syncHistory:list">;
    };
  };
  observability: {
    apiLogs: {
      get: Reference<"observability/apiLogs:get">;
      list: Reference<"observability/apiLogs:list">;
    };
    auditLogs: {
      get: Reference<"observability/auditLogs:get">;
      getRecordHistory: Reference<"observability/auditLogs:getRecordHistory">;
      list: Reference<"observability/auditLogs:list">;
    };
    healthChecks: {
      delete: Reference<"observability/healthChecks:delete">;
      get: Reference<"observability/healthChecks:get">;
      getSummary: Reference<"observability/healthChecks:getSummary">;
      list: Reference<"observability/healthChecks:list">;
      record: Reference<"observability/healthChecks:record">;
      recordBatch: Reference<"observability/healthChecks:recordBatch">;
      reset: Reference<"observability/healthChecks:reset">;
    };
  };
  platform: {
    files: {
      createUploadUrl: Reference<"platform/files:createUploadUrl">;
      delete: Reference<"platform/files:delete">;
      get: Reference<"platform/files:get">;
      list: Reference<"platform/files:list">;
      register: Reference<"platform/files:register">;
    };
    webhookDeliveries: {
      get: Reference<"platform/webhookDeliveries:get">;
      list: Reference<"platform/webhookDeliveries:list">;
      redeliver: Reference<"platform/webhookDeliveries:redeliver">;
    };
    webhookEndpoints: {
      create: Reference<"platform/webhookEndpoints:create">;
      delete: Reference<"platform/webhookEndpoints:delete">;
      get: Reference<"platform/webhookEndpoints:get">;
      list: Reference<"platform/webhookEndpoints:list">;
      replay: Reference<"platform/webhookEndpoints:replay">;
      rotate: Reference<"platform/webhookEndpoints:rotate">;
      test: Reference<"platform/webhookEndpoints:test">;
      update: Reference<"platform/webhookEndpoints:update">;
    };
    webhookEvents: {
      list: Reference<"platform/webhookEvents:list">;
      replay: Reference<"platform/webhookEvents:replay">;
    };
  };
  sites: {
    agentApiLogs: {
      get: Reference<"sites/agentApiLogs:get">;
      list: Reference<"sites/agentApiLogs:list">;
    };
    agentEnrollmentTokens: {
      create: Reference<"sites/agentEnrollmentTokens:create">;
      list: Reference<"sites/agentEnrollmentTokens:list">;
      revoke: Reference<"sites/agentEnrollmentTokens:revoke">;
    };
    agents: {
      checkIn: Reference<"sites/agents:checkIn">;
      delete: Reference<"sites/agents:delete">;
      get: Reference<"sites/agents:get">;
      getSelf: Reference<"sites/agents:getSelf">;
      list: Reference<"sites/agents:list">;
      restore: Reference<"sites/agents:restore">;
      revoke: Reference<"sites/agents:revoke">;
      rotateKey: Reference<"sites/agents:rotateKey">;
      update: Reference<"sites/agents:update">;
    };
    sites: {
      batchCreate: Reference<"sites/sites:batchCreate">;
      create: Reference<"sites/sites:create">;
      delete: Reference<"sites/sites:delete">;
      get: Reference<"sites/sites:get">;
      getView: Reference<"sites/sites:getView">;
      list: Reference<"sites/sites:list">;
      listView: Reference<"sites/sites:listView">;
      restore: Reference<"sites/sites:restore">;
      update: Reference<"sites/sites:update">;
    };
  };
  tenancy: {
    invitations: {
      accept: Reference<"tenancy/invitations:accept">;
      create: Reference<"tenancy/invitations:create">;
      decline: Reference<"tenancy/invitations:decline">;
      get: Reference<"tenancy/invitations:get">;
      list: Reference<"tenancy/invitations:list">;
      resend: Reference<"tenancy/invitations:resend">;
      revoke: Reference<"tenancy/invitations:revoke">;
    };
    me: {
      delete: Reference<"tenancy/me:delete">;
      get: Reference<"tenancy/me:get">;
      getPermissions: Reference<"tenancy/me:getPermissions">;
      getProfile: Reference<"tenancy/me:getProfile">;
      getSettings: Reference<"tenancy/me:getSettings">;
      listInvitations: Reference<"tenancy/me:listInvitations">;
      switchOrganization: Reference<"tenancy/me:switchOrganization">;
      sync: Reference<"tenancy/me:sync">;
      update: Reference<"tenancy/me:update">;
      updateSettings: Reference<"tenancy/me:updateSettings">;
      upsertProfile: Reference<"tenancy/me:upsertProfile">;
    };
    memberships: {
      ban: Reference<"tenancy/memberships:ban">;
      get: Reference<"tenancy/memberships:get">;
      leave: Reference<"tenancy/memberships:leave">;
      list: Reference<"tenancy/memberships:list">;
      remove: Reference<"tenancy/memberships:remove">;
      unban: Reference<"tenancy/memberships:unban">;
      update: Reference<"tenancy/memberships:update">;
      updateMine: Reference<"tenancy/memberships:updateMine">;
    };
    organizations: {
      create: Reference<"tenancy/organizations:create">;
      delete: Reference<"tenancy/organizations:delete">;
      get: Reference<"tenancy/organizations:get">;
      getBySlug: Reference<"tenancy/organizations:getBySlug">;
      getSummary: Reference<"tenancy/organizations:getSummary">;
      list: Reference<"tenancy/organizations:list">;
      purge: Reference<"tenancy/organizations:purge">;
      restore: Reference<"tenancy/organizations:restore">;
      setQuotas: Reference<"tenancy/organizations:setQuotas">;
      setStatus: Reference<"tenancy/organizations:setStatus">;
      transferOwnership: Reference<"tenancy/organizations:transferOwnership">;
      update: Reference<"tenancy/organizations:update">;
    };
    users: {
      create: Reference<"tenancy/users:create">;
      get: Reference<"tenancy/users:get">;
      getProfile: Reference<"tenancy/users:getProfile">;
      list: Reference<"tenancy/users:list">;
    };
  };
  workspace: {
    items: {
      batchCreate: Reference<"workspace/items:batchCreate">;
      create: Reference<"workspace/items:create">;
      delete: Reference<"workspace/items:delete">;
      get: Reference<"workspace/items:get">;
      list: Reference<"workspace/items:list">;
      restore: Reference<"workspace/items:restore">;
      update: Reference<"workspace/items:update">;
    };
    schedules: {
      activate: Reference<"workspace/schedules:activate">;
      batchCreate: Reference<"workspace/schedules:batchCreate">;
      cancel: Reference<"workspace/schedules:cancel">;
      complete: Reference<"workspace/schedules:complete">;
      create: Reference<"workspace/schedules:create">;
      delete: Reference<"workspace/schedules:delete">;
      get: Reference<"workspace/schedules:get">;
      list: Reference<"workspace/schedules:list">;
      restore: Reference<"workspace/schedules:restore">;
      update: Reference<"workspace/schedules:update">;
    };
    todos: {
      create: Reference<"workspace/todos:create">;
      delete: Reference<"workspace/todos:delete">;
      get: Reference<"workspace/todos:get">;
      list: Reference<"workspace/todos:list">;
      toggle: Reference<"workspace/todos:toggle">;
      update: Reference<"workspace/todos:update">;
    };
  };
}
