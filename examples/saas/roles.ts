import type { Role } from "./directory.ts";

/** The role that the claims of a session or of an access token give in a tenant. */
export function roleIn(tenantId: unknown, claims: Readonly<Record<string, unknown>>): Role | null {
  if (typeof tenantId !== "string") return null;
  const roles = new Map(Object.entries(claims["roles"] ?? {}));
  const role = roles.get(tenantId);
  return role === "admin" || role === "member" ? role : null;
}
