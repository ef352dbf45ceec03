import type { SessionConfig } from "./options.ts";
import type { SessionRecord } from "./session-store.ts";

/** When the session ends if it is not seen again: milliseconds since the epoch. */
export function expiresAt(
  session: Pick<SessionRecord, "createdAt" | "lastSeenAt">,
  config: SessionConfig,
): number {
  return Math.min(session.lastSeenAt + config.idleMs, session.createdAt + config.absoluteMs);
}

/** Until when nothing has to be done about the session: it neither ends, nor is it time to note that it was seen. */
export function quietUntil(
  session: Pick<SessionRecord, "createdAt" | "lastSeenAt">,
  config: SessionConfig,
): number {
  return Math.min(expiresAt(session, config), session.lastSeenAt + config.touchEveryMs);
}

/** Rows outlive their session by a day, so that "expired" can be told from "revoked". */
const purgeDelayMs = 86_400_000;

/** When the row of a session may be removed. */
export function purgeAt(
  session: Pick<SessionRecord, "createdAt" | "lastSeenAt">,
  config: SessionConfig,
): number {
  return expiresAt(session, config) + purgeDelayMs;
}
