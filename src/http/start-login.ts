import type { SessionStart } from "../core/sessions/sessions.ts";
import type { Carrier } from "../core/sessions/principal.ts";
import type { Authentication } from "./authentication.ts";
import type { Delivered, Delivery } from "./delivery.ts";
import type { RequestContext } from "./request-context.ts";

/**
 * The session whose data a request means; null without one.
 * @throws AuthError why it cannot be said; or that the user has to refresh first, for what is theirs must not go to a guest
 */
export function dataSessionOf(authentication: Authentication): string | null {
  if (authentication.status === "unavailable") throw authentication.error;
  if (authentication.status === "refused" && authentication.sessionId !== undefined) {
    throw authentication.error;
  }
  return authentication.status === "resumed" ? authentication.session.id : null;
}

export const noDataWithJwt = "with the strategy 'jwt' there is no session to keep data on";

/**
 * Begins a login and puts its credentials on their way. `fill` stores the session's first data before the client hears of it; a
 * session that cannot have its data, or cannot be delivered, does not begin.
 * @throws AuthError `sign_in_superseded`, `store_unavailable`, and what `fill` throws
 */
export async function startLogin(
  { engine }: RequestContext,
  delivery: Delivery,
  {
    start,
    carrier,
    fill,
  }: {
    readonly start: SessionStart & { readonly userId: string };
    readonly carrier: Carrier;
    readonly fill: (sessionId: string) => Promise<void>;
  },
): Promise<Delivered> {
  const { sessions, tokens } = engine;
  if (tokens?.strategy === "jwt") {
    const login = await sessions.startUnrecorded(start);
    await fill(login.sessionId);
    return delivery.unrecorded(start, login, carrier);
  }
  const started = await sessions.start(start);
  const { id } = started.session;
  try {
    await fill(id);
    return await delivery.started(started, carrier);
  } catch (error) {
    await sessions.revoke({ scope: "session", id, reason: "signed_out" });
    throw error;
  }
}
