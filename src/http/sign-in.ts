import { checkIdentifier } from "../core/identifiers.ts";
import type { Seq } from "../core/revocation/revocation-store.ts";
import type { AssuranceLevel } from "../core/sessions/authentication.ts";
import { checkClaims } from "../core/sessions/claims.ts";
import type { Principal, SessionView } from "../core/sessions/principal.ts";
import { checkDataKey, type DataShape } from "../core/sessions/session-data.ts";
import type { SessionStart } from "../core/sessions/sessions.ts";
import type { JsonObject, JsonValue } from "../util/json.ts";
import type { TokensBody } from "./wire.ts";

/** Who signs in, as the application (or the account routes) found out. */
export interface SignInInput<Shape extends DataShape = Record<string, JsonValue>> {
  /** Unique across tenants. */
  readonly userId: string;
  readonly tenantId?: string;
  /** What the application wants to know on every request, such as a role. JSON; RFC 7519's names are reserved. */
  readonly claims?: JsonObject;
  /** How the user was recognised: authentication method references of RFC 8176. Default `['pwd']`. */
  readonly methods?: readonly string[];
  /** Default `aal1`, or `aal2` when there are several methods. */
  readonly assuranceLevel?: AssuranceLevel;
  /** Whether the cookie outlives the browser. Default false. */
  readonly remember?: boolean;
  /** `'cookie'` (default) sets a cookie; `'body'` returns `tokens` for clients without a cookie jar. */
  readonly delivery?: "cookie" | "body";
  /** First data of the session. */
  readonly data?: Partial<Shape>;
  /** The `seq` of a revocation that this sign-in comes after, when the application itself has just revoked. */
  readonly mark?: Seq;
}

export interface SignInResult {
  readonly principal: Principal;
  readonly session: SessionView;
  /** Only with `delivery: 'body'`. */
  readonly tokens?: TokensBody;
}

export interface RefreshResult {
  readonly session: SessionView | null;
  /** Only for a refresh token that did not come as a cookie. */
  readonly tokens?: TokensBody;
}

/**
 * What the input says of the session to be started at `authenticatedAt`.
 * @throws TypeError for what callers without types can get wrong, and for reserved claims
 */
export function sessionDraft(
  input: SignInInput<DataShape>,
  authenticatedAt: number,
): Omit<SessionStart, "replaces" | "position" | "userAgent" | "address"> & {
  readonly userId: string;
} {
  checkIdentifier("signIn: userId", input.userId);
  if (input.tenantId !== undefined) checkIdentifier("signIn: tenantId", input.tenantId);
  for (const key of Object.keys(input.data ?? {})) checkDataKey(key);
  const methods = input.methods ?? ["pwd"];
  if (methods.length === 0) throw new TypeError("signIn: methods must name at least one");
  return {
    userId: input.userId,
    tenantId: input.tenantId ?? null,
    methods: methods.map((method) => ({ method, authenticatedAt })),
    assuranceLevel: input.assuranceLevel ?? (methods.length > 1 ? "aal2" : "aal1"),
    persistent: input.remember ?? false,
    claims: checkClaims(input.claims ?? {}),
    ...(input.mark !== undefined && { mark: input.mark }),
  };
}
