import type { JsonObject } from "../../core/wire/unknownJson";

/*
 * What GridPane's API answers, in the shape of its Postman collection and of what its clients type (`GET /user`, `/server`, `/site`,
 * `/domain`). Where it has a secret, it stands here under `planted`.
 */

export const gridpaneUser = 1356;

const planted = (name: string) => `planted-${name}`;
const createdAt = "2026-01-01T08:00:00.000000Z";

export function gridpaneServer(at: number, more: JsonObject = {}): JsonObject {
  return {
    id: 33_000 + at,
    label: `web-${at}`,
    ip: `203.0.113.${at % 250}`,
    region: "fra1",
    sub_id: `4711${at}`,
    subdomain: `web-${at}.gridpanevps.com`,
    database: "percona",
    webserver: "nginx",
    os_version: "ubuntu-22.04",
    status: "active",
    cpu: null,
    ram: null,
    region_label: "Frankfurt",
    user_id: gridpaneUser,
    provider_id: 3,
    failover_id: null,
    temp_pass: planted("temp-pass"),
    root_password: planted("root-password"),
    mysql_root_password: planted("mysql-root-password"),
    callback_token: planted("callback-token"),
    is_wsod: false,
    record_id: planted("record-id"),
    uuid: planted("server-uuid"),
    server_key: planted("server-key"),
    update_backups: true,
    beta_server: 0,
    sites: [{ id: 495_737, url: "shop.example.com", application_token: planted("server-site-token") }],
    system_users: [{ id: 1, username: "shop", password: planted("system-user-password") }],
    ssh_keys: [{ id: 1, name: "ann", private_key: planted("ssh-private-key") }],
    provider: { id: 3, name: "digitalocean", full_name: "Digital Ocean", token: planted("provider-token") },
    service_user: { token: planted("service-user-token"), secret: planted("service-user-secret") },
    ...more,
  };
}

export function gridpaneSite(at: number, more: JsonObject = {}): JsonObject {
  return {
    id: 495_000 + at,
    url: `shop-${at}.example.com`,
    is_wsod: false,
    is_sso: false,
    is_ssl: true,
    ssl_status: "succeed",
    server_id: 33_001,
    user_id: gridpaneUser,
    system_user_id: 7,
    bundle_id: null,
    domain_id: 540_586,
    resolved_at: "2026-01-01 08:25:22",
    multisites: 0,
    php_version: "8.3",
    www: null,
    root: null,
    waf: null,
    remote_bup: true,
    local_bup: true,
    http_auth: true,
    http_auth_password: planted("http-auth-password"),
    nginx_caching: "fastcgi",
    wp_config: `define('AUTH_KEY', '${planted("wp-config-salt")}');`,
    built_at: "2026-01-01 08:20:00",
    type: "primary",
    monitor_status: null,
    pm: "ondemand",
    admin_password: planted("admin-password"),
    db_password: planted("db-password"),
    wp_users: [{ username: "ann", password: planted("wp-user-password") }],
    auto_update_result_link: `https://my.gridpane.com/result?token=${planted("result-link")}`,
    server: {
      id: 33_001,
      label: "web-1",
      ip: "203.0.113.1",
      server_key: planted("site-server-key"),
      relay: planted("site-server-relay"),
    },
    site_security_settings: { site_id: 495_000 + at, suspend_site: false, bypass_token: planted("security-bypass") },
    sites_git: { repo: "acme/shop", deploy_key: planted("git-deploy-key"), webhook_url: planted("git-webhook") },
    site_customizer: {
      id: 9,
      application_token: planted("application-token"),
      smtp_password: planted("smtp-password"),
      blocklist: planted("blocklist"),
    },
    vpsServices: [{ id: 1, name: "aws-s3", pivot: { secret: planted("backup-secret") } }],
    license_key: planted("license-key"),
    ...more,
  };
}

export function gridpaneDomain(at: number, more: JsonObject = {}): JsonObject {
  return {
    id: 540_000 + at,
    url: `Shop-${at}.Example.com`,
    route: "root",
    type: "primary",
    dns_management_id: 1374,
    creds_need_updating: false,
    is_ssl: true,
    ssl_status: "succeed",
    dns_connection_type: "cloudflare_full",
    site_id: 495_000 + at,
    user_id: gridpaneUser,
    identify_code: planted("identify-code"),
    server_id: 33_001,
    resolved_at: "2026-01-01 08:25:22",
    status: null,
    is_wildcard: false,
    created_at: createdAt,
    updated_at: createdAt,
    deleted_at: null,
    primary_is_staging: false,
    primary_staging_enabled: false,
    primary_canary_enabled: false,
    user_dns: {
      id: 1374,
      user_id: gridpaneUser,
      dns_provider_id: 2,
      token: planted("dns-token"),
      secret: planted("dns-secret"),
      integration_name: planted("dns-integration-name"),
      challenge_domain: planted("dns-challenge-domain"),
      provider: { id: 2, name: "cloudflare", api_key: planted("dns-provider-key") },
    },
    ...more,
  };
}

export const gridpanePerson: JsonObject = {
  id: gridpaneUser,
  name: "Ann",
  email: "ann@example.com",
  created_at: createdAt,
  teams: [{ id: 12, owner_id: gridpaneUser, name: "Acme" }],
};
