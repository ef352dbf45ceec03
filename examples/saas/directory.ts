import type { Sql } from "./sql.ts";

export type Role = "admin" | "member";

/** What a session says of its user on every request. */
export interface Standing {
  /** The user's role in each tenant, by the tenant's id. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Whether they run the service: for operators, no tenant's. */
  readonly operator: boolean;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly suspended: boolean;
}

export interface Member {
  readonly userId: string;
  readonly role: Role;
}

/** An administrator who does something to a member. */
export interface Act {
  readonly tenantId: string;
  readonly actorId: string;
  readonly userId: string;
}

interface TenantRow extends Omit<Tenant, "suspended"> {
  readonly suspended: number;
}

const toTenant = (row: TenantRow): Tenant => ({ ...row, suspended: row.suspended === 1 });

/** Which tenants there are, and who is what in them. */
export class Directory {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  async createTables(): Promise<void> {
    await this.#sql.query(`create table if not exists tenants (
      id text primary key, name text not null,
      suspended integer not null default 0, changes integer not null default 0)`);
    // `published` lags behind `changes` while somebody's sessions do not yet say what these tables say.
    await this.#sql.query(`create table if not exists people (
      user_id text primary key, operator integer not null default 0,
      changes integer not null default 0, published integer not null default 0)`);
    await this.#sql.query(`create table if not exists memberships (
      tenant_id text not null references tenants (id), user_id text not null references people (user_id),
      role text not null check (role in ('admin', 'member')), primary key (tenant_id, user_id))`);
  }

  async standingOf(userId: string): Promise<Standing> {
    const [memberships, [person]] = await Promise.all([
      this.#sql.query<{ readonly tenant_id: string; readonly role: Role }>(
        "select tenant_id, role from memberships where user_id = $1 order by tenant_id",
        userId,
      ),
      this.#sql.query<{ readonly operator: number }>(
        "select operator from people where user_id = $1",
        userId,
      ),
    ]);
    const roles = Object.fromEntries(memberships.map(({ tenant_id, role }) => [tenant_id, role]));
    return { roles, operator: person?.operator === 1 };
  }

  async tenants(): Promise<readonly Tenant[]> {
    const rows = await this.#sql.query<TenantRow>(
      "select id, name, suspended from tenants order by name",
    );
    return rows.map(toTenant);
  }

  async tenant(id: string): Promise<Tenant | null> {
    const [row] = await this.#sql.query<TenantRow>(
      "select id, name, suspended from tenants where id = $1",
      id,
    );
    return row === undefined ? null : toTenant(row);
  }

  async tenantsAmong(ids: readonly string[]): Promise<readonly Tenant[]> {
    const tenants = await Promise.all(ids.map((id) => this.tenant(id)));
    return tenants.filter((tenant) => tenant !== null);
  }

  async membersOf(tenantId: string): Promise<readonly Member[]> {
    return this.#sql.query<Member>(
      `select user_id as "userId", role from memberships where tenant_id = $1 order by role, user_id`,
      tenantId,
    );
  }

  /** Answers whether it was done, which it is not for somebody who is a member already. */
  async invite(act: Act, role: Role): Promise<boolean> {
    await this.#sql.query(
      "insert into people (user_id) values ($1) on conflict do nothing",
      act.userId,
    );
    return this.#asAdmin(
      act,
      `insert into memberships (tenant_id, user_id, role) select $1, $3, $4 where ${actorIsAdmin}
       on conflict do nothing returning user_id`,
      [role],
    );
  }

  /** Answers whether it was done. */
  changeRole(act: Act, role: Role): Promise<boolean> {
    return this.#asAdmin(
      act,
      `update memberships set role = $4
       where tenant_id = $1 and user_id = $3 and user_id <> $2 and ${actorIsAdmin} returning user_id`,
      [role],
    );
  }

  /** Answers whether it was done. */
  remove(act: Act): Promise<boolean> {
    return this.#asAdmin(
      act,
      `delete from memberships
       where tenant_id = $1 and user_id = $3 and user_id <> $2 and ${actorIsAdmin} returning user_id`,
    );
  }

  /**
   * The statement itself asks whether the actor is an administrator *now*, and the first one has acts in one tenant wait for
   * each other: of two administrators who dismiss one another, the second one is none any more. As nobody changes their own
   * role, a tenant always has one.
   */
  async #asAdmin(
    { tenantId, actorId, userId }: Act,
    sql: string,
    values: readonly string[] = [],
  ): Promise<boolean> {
    const [, , done = []] = await this.#sql.inOneGo([
      ["update tenants set changes = changes + 1 where id = $1", tenantId],
      // Of nobody else than who is known: the id is what somebody wrote into an address.
      ["update people set changes = changes + 1 where user_id = $1", userId],
      [sql, tenantId, actorId, userId, ...values],
    ]);
    return done.length > 0;
  }

  async suspend(tenantId: string, suspended: boolean): Promise<void> {
    await this.#sql.query(
      "update tenants set suspended = $2 where id = $1",
      tenantId,
      suspended ? 1 : 0,
    );
  }

  /** Whose sessions may say something older than these tables, as after a crash. */
  async unpublished(): Promise<readonly string[]> {
    const rows = await this.#sql.query<{ readonly user_id: string }>(
      "select user_id from people where published < changes",
    );
    return rows.map(({ user_id }) => user_id);
  }

  /** How often the standing of somebody has changed. */
  async changesOf(userId: string): Promise<number> {
    const [row] = await this.#sql.query<{ readonly changes: number }>(
      "select changes from people where user_id = $1",
      userId,
    );
    return row?.changes ?? 0;
  }

  /** Answers false when it has changed once more since. */
  async markPublished(userId: string, changes: number): Promise<boolean> {
    const rows = await this.#sql.query(
      "update people set published = $2 where user_id = $1 and changes = $2 returning user_id",
      userId,
      changes,
    );
    return rows.length > 0 || changes === 0;
  }
}

const actorIsAdmin = `exists (select 1 from memberships actor
  where actor.tenant_id = $1 and actor.user_id = $2 and actor.role = 'admin')`;
