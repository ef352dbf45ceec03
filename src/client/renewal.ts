import type { RefreshedBody } from "../http/wire.ts";
import { bodyOf, errorIn, type ClientError } from "./client-error.ts";
import { sharedInTurn, type SessionHolder } from "./session-state.ts";
import type { Tabs } from "./tabs.ts";
import type { TokenStorage } from "./token-storage.ts";
import type { Transport } from "./transport.ts";

/**
 * What came of renewing a login: `renewed`; `over`, by the server's word, or because somebody signed in or out meanwhile; or the
 * answer that says why nobody can tell, such as 503.
 */
export type Renewal = "renewed" | "over" | Response;

/** After so many other tabs that did not get it done, this one does not ask any more. */
const mostRounds = 2;

/**
 * Renews the login: once for all requests of this tab, and in the normal case once for all tabs. `sentAt` is when the request
 * was sent that was refused; what was renewed since is not renewed again.
 * @throws TypeError when the server cannot be reached
 */
export function createRenewal(
  holder: SessionHolder,
  tabs: Tabs,
  transport: Transport,
  storage: TokenStorage | null,
  end: (error: ClientError) => Promise<void>,
  write: TokenStorage["set"],
): (sentAt: number, turn: AbortSignal) => Promise<Renewal> {
  const renewOnce = sharedInTurn(holder, async (turn): Promise<Renewal> => {
    const began = performance.now();
    let isOurs = false;
    for (let round = 0; !isOurs && round < mostRounds; round += 1) {
      isOurs = await tabs.claim();
      if (tabs.renewedAt >= began || turn.aborted) break;
    }
    let renewal: Renewal = "renewed";
    try {
      if (tabs.renewedAt < began && !turn.aborted) {
        isOurs = true;
        renewal = "over";
        renewal = await refresh(turn);
      }
    } catch (error) {
      if (!turn.aborted) throw error;
    } finally {
      if (turn.aborted) renewal = "over";
      if (isOurs) tabs.release(renewal === "renewed");
    }
    return renewal;
  });

  /** What comes after the turn is neither kept nor shown. */
  async function refresh(turn: AbortSignal): Promise<Renewal> {
    const held = await storage?.get();
    const refreshToken = held?.refreshToken;
    const body = refreshToken === undefined ? undefined : { refreshToken };
    const response = await transport.send(transport.route("POST", "/refresh", body, turn));
    if (response.ok) {
      const { session, tokens } = await bodyOf<RefreshedBody>(response);
      if (turn.aborted) return "over";
      // An answer without a refresh token means that the one before is to be kept.
      if (tokens !== undefined) await write({ ...held, ...tokens });
      const state = holder.get();
      if (!turn.aborted && state.status === "signed_in" && session?.id === state.session.id) {
        holder.show({ ...state, session });
      }
      return "renewed";
    }
    const error = await errorIn(response.clone());
    if (turn.aborted) return "over";
    const isEnd = error.code === "duplicate_cookie" || error.status === 401;
    if (!isEnd || error.code === "unexpected_answer") return response;
    // Another tab has got others meanwhile: the verdict is about tokens that nobody has any more.
    if (storage !== null && (await storage.get())?.refreshToken !== refreshToken) return "renewed";
    await end(error);
    return "over";
  }

  return async (sentAt, turn) => {
    if (turn.aborted) return "over";
    return tabs.renewedAt >= sentAt ? "renewed" : renewOnce();
  };
}
