import type { Auth } from "symbolon";
import type { Directory } from "./directory.ts";
import { TenantRows } from "./rows.ts";
import type { Sql } from "./sql.ts";

export const demoPassword = "a phrase for the demo";

/** Who is there from the start, and where they belong. */
export const demoUsers = [
  { email: "ada@example.com", name: "Ada Lovelace", roles: { acme: "admin", globex: "member" } },
  { email: "grace@example.com", name: "Grace Hopper", roles: { acme: "admin" } },
  { email: "edith@example.com", name: "Edith Clarke", roles: { globex: "admin" } },
  { email: "alan@example.com", name: "Alan Turing", roles: {} },
  { email: "olga@example.com", name: "Olga Ladyzhenskaya", roles: {}, operator: true },
] as const;

const tenants = [
  {
    id: "acme",
    name: "Acme Rockets",
    projects: ["Launch pad 2", "Quieter engines", "Return stage"],
    invoices: [
      { number: "A-1001", subject: "Liquid oxygen, 40 t", cents: 1_284_000, paid: 1 },
      { number: "A-1002", subject: "Nose cone, painted", cents: 369_950, paid: 0 },
    ],
  },
  {
    id: "globex",
    name: "Globex Energy",
    projects: ["Tidal plant", "Grid forecast"],
    invoices: [
      { number: "G-0417", subject: "Turbine blades, set of 12", cents: 8_420_000, paid: 0 },
      { number: "G-0418", subject: "Survey of the sea bed", cents: 1_599_900, paid: 1 },
    ],
  },
] as const;

/** Fills what is empty. What somebody has changed stays as it is. */
export async function fillWithDemo(
  sql: Sql,
  directory: Directory,
  users: NonNullable<Auth["users"]>,
): Promise<void> {
  if ((await directory.tenants()).length > 0) return;
  const ids = new Map<string, string>();
  for (const { email, name } of demoUsers) {
    const known = await users.findByEmail(email);
    const user = known ?? (await users.register({ email, name, password: demoPassword }));
    ids.set(email, user.id);
  }
  await sql.inOneGo([
    ...tenants.map(
      ({ id, name }) => ["insert into tenants (id, name) values ($1, $2)", id, name] as const,
    ),
    ...demoUsers.map(
      (user) =>
        [
          "insert into people (user_id, operator) values ($1, $2) on conflict do nothing",
          ids.get(user.email) ?? "",
          "operator" in user ? 1 : 0,
        ] as const,
    ),
    ...demoUsers.flatMap(({ email, roles }) =>
      Object.entries(roles).map(
        ([tenantId, role]) =>
          [
            "insert into memberships (tenant_id, user_id, role) values ($1, $2, $3)",
            tenantId,
            ids.get(email) ?? "",
            role,
          ] as const,
      ),
    ),
  ]);
  for (const { id, projects, invoices } of tenants) {
    const rows = new TenantRows(sql, id);
    for (const name of projects) await rows.addProject(name, "Ada Lovelace");
    for (const invoice of invoices) await rows.addInvoice(invoice);
  }
}
