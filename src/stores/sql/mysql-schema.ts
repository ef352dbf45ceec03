/**
 * MySQL ends the transaction with each of these, so a step that was interrupted is run again: everything is "if not
 * exists", but for columns, of which only MariaDB can say so: whoever migrates ignores that one is there. `{text}` is a
 * collation that compares by bytes and does not pad: under `utf8mb4_bin`, 'a' equals 'a '.
 */
const table = "engine = innodb row_format = dynamic default character set utf8mb4 collate {text}";

export const sessionsAndAccounts: readonly string[] = [
  `create table if not exists symbolon_sessions (
    id varchar(64) not null primary key,
    secret_hash varbinary(64) not null,
    user_id varchar(255),
    tenant_id varchar(255),
    mark bigint not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    purge_at bigint not null,
    methods text not null,
    assurance_level varchar(16) not null,
    persistent smallint not null,
    user_agent text,
    claims longtext not null,
    key symbolon_sessions_by_user (user_id),
    key symbolon_sessions_by_tenant (tenant_id, mark),
    key symbolon_sessions_by_purge (purge_at)
  ) ${table}`,
  // A name is bytes: as text, its 256 characters written as JSON would not fit into an index.
  `create table if not exists symbolon_session_data (
    session_id varchar(64) not null,
    name varbinary(1540) not null,
    value longtext not null,
    bytes bigint not null,
    primary key (session_id, name),
    constraint symbolon_data_of_session foreign key (session_id) references symbolon_sessions (id)
      on delete cascade
  ) ${table}`,
  `create table if not exists symbolon_head (
    one smallint not null primary key,
    seq bigint not null,
    pruned_to bigint not null
  ) ${table}`,
  "insert ignore into symbolon_head (one, seq, pruned_to) values (1, 0, 0)",
  `create table if not exists symbolon_watermarks (
    scope varchar(16) not null,
    id varchar(255) not null,
    revoked_before bigint not null,
    revoked_at bigint not null,
    keep_until bigint not null,
    swept smallint not null,
    primary key (scope, id),
    key symbolon_watermarks_unswept (swept, scope, id)
  ) ${table}`,
  `create table if not exists symbolon_users (
    id varchar(64) not null primary key,
    email text not null,
    email_key varchar(512) not null,
    email_verified smallint not null,
    name text,
    created_at bigint not null,
    unique key symbolon_users_by_email (email_key)
  ) ${table}`,
  `create table if not exists symbolon_credentials (
    user_id varchar(64) not null primary key,
    hash text not null,
    revocation_pending_since bigint,
    key symbolon_credentials_pending (revocation_pending_since),
    constraint symbolon_credential_of_user foreign key (user_id) references symbolon_users (id)
      on delete cascade
  ) ${table}`,
  `create table if not exists symbolon_attempts (
    name varchar(255) not null primary key,
    unused_at bigint not null,
    key symbolon_attempts_by_time (unused_at)
  ) ${table}`,
];

export const logAndProcesses: readonly string[] = [
  `create table if not exists symbolon_log (
    seq bigint not null primary key,
    id varchar(64) not null,
    cut bigint not null,
    scope varchar(16) not null,
    target varchar(255) not null,
    kind varchar(16) not null,
    excepted varchar(64),
    reason varchar(64) not null,
    keep_until bigint not null,
    unique key symbolon_log_by_id (id),
    key symbolon_log_by_end (keep_until)
  ) ${table}`,
  `create table if not exists symbolon_processes (
    id varchar(64) not null primary key,
    acknowledged bigint not null,
    live_until bigint not null,
    keep_for_ms bigint not null,
    seen_at bigint not null
  ) ${table}`,
];

export const keyRing: readonly string[] = [
  `create table if not exists symbolon_key_ring (
    one smallint not null primary key,
    version bigint not null,
    sealed mediumtext not null
  ) ${table}`,
];

export const lineage: readonly string[] = [
  "alter table symbolon_sessions add column lineage varchar(80) character set ascii collate ascii_bin",
];
