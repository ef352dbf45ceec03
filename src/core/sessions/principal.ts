import { deepFreeze } from "../../util/deep-freeze.ts";
import type { JsonObject } from "../../util/json.ts";
import type { AssuranceLevel } from "./authentication.ts";
import { expiresAt } from "./lifetime.ts";
import type { SessionConfig } from "./options.ts";
import type { KnownSession } from "./session-store.ts";

/** How the credential travelled. */
export type Carrier = "cookie" | "header";

/** Who a request acts as. Frozen to the bottom. Times are milliseconds since the epoch. */
export interface Principal {
  readonly userId: string;
  readonly tenantId?: string;
  readonly sessionId: string;
  /** What the credential is: an opaque session token, or an access token. */
  readonly strategy: "session" | "hybrid" | "jwt";
  readonly carrier: Carrier;
  /** When the user last proved who they are. */
  readonly authenticatedAt: number;
  /** How: authentication method references of RFC 8176. */
  readonly methods: readonly string[];
  readonly assuranceLevel: AssuranceLevel;
  readonly expiresAt: number;
  /** What the application said about the user at sign-in, or since. */
  readonly claims: JsonObject;
}

/** What may be shown of a session: everything but its secret. Frozen. Times are milliseconds since the epoch. */
export interface SessionView {
  readonly id: string;
  /** Null for a guest. */
  readonly userId: string | null;
  readonly tenantId: string | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly methods: readonly string[];
  readonly assuranceLevel: AssuranceLevel;
  readonly userAgent: string | null;
  readonly claims: JsonObject;
}

/** The principal of a session; null for a guest's. */
export function principalOf(
  session: KnownSession,
  carrier: Carrier,
  config: SessionConfig,
): Principal | null {
  if (session.userId === null) return null;
  return deepFreeze({
    userId: session.userId,
    ...(session.tenantId === null ? {} : { tenantId: session.tenantId }),
    sessionId: session.id,
    strategy: "session",
    carrier,
    authenticatedAt: Math.max(...session.methods.map((each) => each.authenticatedAt)),
    methods: session.methods.map((each) => each.method),
    assuranceLevel: session.assuranceLevel,
    expiresAt: expiresAt(session, config),
    claims: session.claims,
  });
}

/** The showable part of a record. */
export function viewOf(session: KnownSession, config: SessionConfig): SessionView {
  return deepFreeze({
    id: session.id,
    userId: session.userId,
    tenantId: session.tenantId,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    expiresAt: expiresAt(session, config),
    methods: session.methods.map((each) => each.method),
    assuranceLevel: session.assuranceLevel,
    userAgent: session.userAgent,
    claims: session.claims,
  });
}
