import { randomUUID } from "node:crypto";
import type { Sql } from "./sql.ts";

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly createdBy: string;
}

export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly subject: string;
  readonly cents: number;
  readonly paid: number;
}

export async function createRowTables(sql: Sql): Promise<void> {
  await sql.query(`create table if not exists projects (
    id text primary key, tenant_id text not null references tenants (id),
    name text not null, created_by text not null)`);
  await sql.query(`create table if not exists invoices (
    id text primary key, tenant_id text not null references tenants (id), number text not null,
    subject text not null, cents integer not null, paid integer not null)`);
}

/**
 * The rows of one tenant. Routes have nothing else to reach rows by, and no method takes a tenant: that of another cannot be
 * asked for, whatever id a request names.
 */
export class TenantRows {
  readonly #sql: Sql;
  readonly #tenantId: string;

  constructor(sql: Sql, tenantId: string) {
    this.#sql = sql;
    this.#tenantId = tenantId;
  }

  projects(): Promise<readonly Project[]> {
    return this.#sql.query<Project>(
      `select id, name, created_by as "createdBy" from projects where tenant_id = $1 order by name`,
      this.#tenantId,
    );
  }

  /** Null for another tenant's, as for one that never was. */
  async project(id: string): Promise<Project | null> {
    const [row = null] = await this.#sql.query<Project>(
      `select id, name, created_by as "createdBy" from projects where tenant_id = $1 and id = $2`,
      this.#tenantId,
      id,
    );
    return row;
  }

  async addProject(name: string, createdBy: string): Promise<Project> {
    const project = { id: randomUUID(), name, createdBy };
    await this.#sql.query(
      "insert into projects (id, tenant_id, name, created_by) values ($1, $2, $3, $4)",
      project.id,
      this.#tenantId,
      name,
      createdBy,
    );
    return project;
  }

  /** Answers whether there was one. */
  async deleteProject(id: string): Promise<boolean> {
    const rows = await this.#sql.query(
      "delete from projects where tenant_id = $1 and id = $2 returning id",
      this.#tenantId,
      id,
    );
    return rows.length > 0;
  }

  invoices(): Promise<readonly Invoice[]> {
    return this.#sql.query<Invoice>(
      "select id, number, subject, cents, paid from invoices where tenant_id = $1 order by number",
      this.#tenantId,
    );
  }

  /** Null for another tenant's, as for one that never was. */
  async invoice(id: string): Promise<Invoice | null> {
    const [row = null] = await this.#sql.query<Invoice>(
      "select id, number, subject, cents, paid from invoices where tenant_id = $1 and id = $2",
      this.#tenantId,
      id,
    );
    return row;
  }

  async addInvoice(invoice: Omit<Invoice, "id">): Promise<void> {
    const { number, subject, cents, paid } = invoice;
    await this.#sql.query(
      "insert into invoices (id, tenant_id, number, subject, cents, paid) values ($1, $2, $3, $4, $5, $6)",
      randomUUID(),
      this.#tenantId,
      number,
      subject,
      cents,
      paid,
    );
  }
}
