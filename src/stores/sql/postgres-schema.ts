// Ids compare by bytes, so the order in which rows are locked is the same in every database.

export const sessionsAndAccounts: readonly string[] = [
  `create table symbolon_sessions (
    id text collate "C" not null primary key,
    secret_hash bytea not null,
    user_id text collate "C",
    tenant_id text collate "C",
    mark bigint not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    purge_at bigint not null,
    methods text not null,
    assurance_level text not null,
    persistent smallint not null,
    user_agent text,
    claims text not null
  )`,
  "create index symbolon_sessions_by_user on symbolon_sessions (user_id)",
  // With the mark, so that revoking all counts a million sessions without reading their rows.
  "create index symbolon_sessions_by_tenant on symbolon_sessions (tenant_id, mark)",
  "create index symbolon_sessions_by_purge on symbolon_sessions (purge_at)",
  `create table symbolon_session_data (
    session_id text collate "C" not null references symbolon_sessions (id) on delete cascade,
    name text collate "C" not null,
    value text not null,
    bytes bigint not null,
    primary key (session_id, name)
  )`,
  `create table symbolon_head (
    one smallint not null primary key check (one = 1),
    seq bigint not null,
    pruned_to bigint not null
  )`,
  "insert into symbolon_head (one, seq, pruned_to) values (1, 0, 0)",
  `create table symbolon_watermarks (
    scope text collate "C" not null,
    id text collate "C" not null,
    revoked_before bigint not null,
    revoked_at bigint not null,
    keep_until bigint not null,
    swept smallint not null,
    primary key (scope, id)
  )`,
  "create index symbolon_watermarks_unswept on symbolon_watermarks (scope, id) where swept = 0",
  `create table symbolon_users (
    id text collate "C" not null primary key,
    email text not null,
    email_key text collate "C" not null unique,
    email_verified smallint not null,
    name text,
    created_at bigint not null
  )`,
  `create table symbolon_credentials (
    user_id text collate "C" not null primary key references symbolon_users (id) on delete cascade,
    hash text not null,
    revocation_pending_since bigint
  )`,
  `create index symbolon_credentials_pending on symbolon_credentials (revocation_pending_since)
    where revocation_pending_since is not null`,
  `create table symbolon_attempts (
    name text collate "C" not null primary key,
    unused_at bigint not null
  )`,
  "create index symbolon_attempts_by_time on symbolon_attempts (unused_at)",
];

export const logAndProcesses: readonly string[] = [
  `create table symbolon_log (
    seq bigint not null primary key,
    id text collate "C" not null unique,
    cut bigint not null,
    scope text not null,
    target text not null,
    kind text not null,
    excepted text,
    reason text not null,
    keep_until bigint not null
  )`,
  "create index symbolon_log_by_end on symbolon_log (keep_until)",
  `create table symbolon_processes (
    id text collate "C" not null primary key,
    acknowledged bigint not null,
    live_until bigint not null,
    keep_for_ms bigint not null,
    seen_at bigint not null
  )`,
];

export const keyRing: readonly string[] = [
  `create table symbolon_key_ring (
    one smallint not null primary key check (one = 1),
    version bigint not null,
    sealed text not null
  )`,
];

export const lineage: readonly string[] = [
  'alter table symbolon_sessions add column lineage text collate "C"',
];
