import express, { type Request, type Router } from "express";
import { AuthError, type Auth } from "symbolon";
import {
  enterTenant,
  operators,
  principalOf,
  publishStanding,
  signedIn,
  tenantAdmins,
  tenantMembers,
  tenantOf,
} from "./access.ts";
import type { Act, Directory, Role } from "./directory.ts";
import { roleIn } from "./roles.ts";
import { TenantRows } from "./rows.ts";
import type { Sql } from "./sql.ts";

export interface ApiParts {
  readonly auth: Auth & { readonly users: NonNullable<Auth["users"]> };
  readonly directory: Directory;
  readonly sql: Sql;
  /** How long a sign-in is good: milliseconds. */
  readonly lifetimeMs: number;
}

/** What the dashboard asks for, behind `expressAuth`. */
export function createApi({ auth, directory, sql, lifetimeMs }: ApiParts): Router {
  const api = express.Router();
  const rowsOf = (req: Request): TenantRows => new TenantRows(sql, tenantOf(req));
  const actOf = (req: Request): Act => ({
    tenantId: tenantOf(req),
    actorId: principalOf(req).userId,
    userId: String(req.params["user"]),
  });
  const published = async (act: Act, wasDone: boolean): Promise<void> => {
    if (!wasDone)
      throw new AuthError("forbidden", { detail: "That cannot be done to this member." });
    await publishStanding(auth, directory, act.userId);
  };

  api.use(express.json());

  // What the page shows of itself: where the session is, and where it might go.
  api.get("/me", signedIn, async (req, res) => {
    const { tenantId = null, claims } = principalOf(req);
    const tenants = await directory.tenantsAmong(Object.keys(claims["roles"] ?? {}));
    res.json({
      tenantId,
      operator: claims["operator"] === true,
      tenants: tenants.map((tenant) => ({ ...tenant, role: roleIn(tenant.id, claims) })),
    });
  });

  api.post("/tenants/:tenant/enter", signedIn, async (req, res) => {
    await enterTenant(req, directory, String(req.params["tenant"]), lifetimeMs);
    res.sendStatus(204);
  });

  api.get("/tenants/:tenant/projects", tenantMembers, async (req, res) => {
    res.json(await rowsOf(req).projects());
  });

  api.post("/tenants/:tenant/projects", tenantMembers, async (req, res) => {
    const name = textIn(req, "name", 80);
    const user = await auth.users.find(principalOf(req).userId);
    res.status(201).json(await rowsOf(req).addProject(name, user?.name ?? "Somebody"));
  });

  api.get("/tenants/:tenant/projects/:id", tenantMembers, async (req, res) => {
    const project = await rowsOf(req).project(String(req.params["id"]));
    if (project === null) throw new AuthError("not_found");
    res.json(project);
  });

  api.delete("/tenants/:tenant/projects/:id", tenantAdmins, async (req, res) => {
    if (!(await rowsOf(req).deleteProject(String(req.params["id"])))) {
      throw new AuthError("not_found");
    }
    res.sendStatus(204);
  });

  api.get("/tenants/:tenant/members", tenantAdmins, async (req, res) => {
    const members = await directory.membersOf(tenantOf(req));
    const shown = members.map(async ({ userId, role }) => {
      const user = await auth.users.find(userId);
      return { userId, role, name: user?.name ?? "", email: user?.email ?? "" };
    });
    res.json(await Promise.all(shown));
  });

  api.post("/tenants/:tenant/members", tenantAdmins, async (req, res) => {
    const user = await auth.users.findByEmail(textIn(req, "email", 320));
    if (user === null) throw invalid("email", "There is no account with this email address.");
    const act = { ...actOf(req), userId: user.id };
    if (!(await directory.invite(act, roleFrom(req)))) {
      throw invalid("email", "This person is a member already.");
    }
    await published(act, true);
    res.sendStatus(204);
  });

  api.patch("/tenants/:tenant/members/:user", tenantAdmins, async (req, res) => {
    const act = actOf(req);
    await published(act, await directory.changeRole(act, roleFrom(req)));
    res.sendStatus(204);
  });

  api.delete("/tenants/:tenant/members/:user", tenantAdmins, async (req, res) => {
    const act = actOf(req);
    await published(act, await directory.remove(act));
    res.sendStatus(204);
  });

  api.get("/operator/tenants", operators, async (_req, res) => {
    res.json(await directory.tenants());
  });

  // First the directory, so that nobody enters any more; then the sessions, also those whose sign-in is under way.
  api.post("/operator/tenants/:tenant/suspend", operators, async (req, res) => {
    const tenantId = String(req.params["tenant"]);
    await directory.suspend(tenantId, true);
    const { sessions } = await auth.sessions.revokeAll({ tenantId }, { propagated: true });
    res.json({ sessions });
  });

  api.post("/operator/tenants/:tenant/resume", operators, async (req, res) => {
    await directory.suspend(String(req.params["tenant"]), false);
    res.sendStatus(204);
  });

  return api;
}

function textIn({ body }: Request, field: string, longest: number): string {
  const value: unknown = (body as Readonly<Record<string, unknown>> | undefined)?.[field];
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") throw invalid(field, "Say something here.");
  if (text.length > longest) throw invalid(field, "This is too long.");
  return text;
}

function roleFrom(req: Request): Role {
  const role = textIn(req, "role", 10);
  if (role !== "admin" && role !== "member") throw invalid("role", "Say admin or member.");
  return role;
}

function invalid(field: string, detail: string): AuthError {
  return new AuthError("invalid_input", { detail, fields: [{ field, detail }] });
}
