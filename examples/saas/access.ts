import type { Request, RequestHandler } from "express";
import { AuthError, type Auth, type Principal } from "symbolon";
import { requireAuth } from "symbolon/express";
import type { Directory, Role } from "./directory.ts";
import { roleIn } from "./roles.ts";

/** Who the request acts as. For routes behind a guard. */
export function principalOf({ auth }: Request): Principal {
  if (auth.principal === null) throw new AuthError("unauthenticated");
  return auth.principal;
}

/** The tenant that the session is in. For routes behind `tenantMembers` and `tenantAdmins`. */
export function tenantOf(req: Request): string {
  const { tenantId } = principalOf(req);
  if (tenantId === undefined) throw new AuthError("forbidden");
  return tenantId;
}

export const signedIn: RequestHandler = requireAuth();

export const operators: RequestHandler = requireAuth({
  claims: ({ claims }) => claims["operator"] === true,
});

/** Members and administrators of the tenant that the path names. */
export const tenantMembers: RequestHandler = inTenantOfPath((role) => role !== null);

export const tenantAdmins: RequestHandler = inTenantOfPath((role) => role === "admin");

/**
 * The path names the tenant that the page shows, the session the one that counts. They differ in a tab that was left open while
 * another tab switched: what it sends is not to end up in the other tenant.
 */
function inTenantOfPath(may: (role: Role | null) => boolean): RequestHandler {
  const guard = requireAuth({ claims: ({ tenantId, claims }) => may(roleIn(tenantId, claims)) });
  return (req, res, next) => {
    void guard(req, res, (error?: unknown) => {
      if (error !== undefined) return next(error);
      if (req.params["tenant"] === tenantOf(req)) return next();
      next(new AuthError("forbidden", { detail: "You are in another workspace now." }));
    });
  };
}

/**
 * Opens a session in a tenant, in the place of the one that asks. A tenant's sessions carry its id, so that `revokeAll({ tenantId })`
 * finds them, and a session's tenant never changes: nothing that began in one tenant goes on in another.
 */
export async function enterTenant(
  { auth }: Request,
  directory: Directory,
  tenantId: string,
  lifetimeMs: number,
): Promise<void> {
  const { principal } = auth;
  if (principal === null) throw new AuthError("unauthenticated");
  const { userId, methods, assuranceLevel, authenticatedAt } = principal;
  const standing = await directory.standingOf(userId);
  const tenant = await directory.tenant(tenantId);
  if (tenant === null || roleIn(tenantId, { ...standing }) === null)
    throw new AuthError("forbidden");
  if (tenant.suspended) {
    throw new AuthError("forbidden", { detail: `${tenant.name} is suspended.` });
  }
  // `signIn` takes it that somebody has just proved who they are. Here nobody has: by switching to and fro a login must not last longer.
  const signedInAt = Number((await auth.data.get("signedInAt")) ?? authenticatedAt);
  if (auth.now >= signedInAt + lifetimeMs) throw new AuthError("session_expired");
  await auth.signIn({
    userId,
    tenantId,
    claims: { ...standing },
    methods,
    assuranceLevel,
    remember: true,
    data: { signedInAt },
  });
}

/**
 * Makes all sessions of a user say what the directory says. Done after each change, and again when another one came meanwhile:
 * `updateAll` replaces all claims, and the last to write must have read the newest.
 */
export async function publishStanding(
  auth: Auth,
  directory: Directory,
  userId: string,
): Promise<void> {
  for (;;) {
    const changes = await directory.changesOf(userId);
    const standing = await directory.standingOf(userId);
    await auth.sessions.updateAll(userId, { claims: { ...standing } });
    if (await directory.markPublished(userId, changes)) return;
  }
}
