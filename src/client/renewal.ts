import type { RefreshedBody } from "../http/wire.ts";
import { bodyOf, errorIn, type ClientError } from "./client-error.ts";
import { sharedInTurn, type SessionHolder } from "./session-state.ts";
import type { Tabs } from "./tabs.ts";
import type { TokenStorage } from "./token-storage.ts";
import type { Transport } from "./transport.ts";

/**
 * What came of renewing a login: `renewed`; `ended`, by the server's word; `superseded` by a sign-in or a sign-out; or the
 * answer that says why nobody can tell, such as 503.
 */
export type Renewal = "renewed" | "ended" | "superseded" | Response;

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
): (sentAt: number, turn: AbortController) => Promise<Renewal> {
  const renewOnce = sharedInTurn(async (turn): Promise<Renewal> => {
    const began = performance.now();
    let isOurs = false;
    for (let round = 0; !isOurs && round < mostRounds; round += 1) {
      isOurs = await tabs.claim();
      if (tabs.renewedAt >= began || turn.signal.aborted) break;
    }
    let renewal: Renewal = "renewed";
    try {
      if (turn.signal.aborted) renewal = "superseded";
      else if (tabs.renewedAt < began) {
        isOurs = true;
        renewal = "superseded";
        renewal = await refresh(turn);
      }
    } finally {
      if (isOurs) tabs.release(renewal === "renewed");
    }
    return renewal;
  });

  async function refresh(turn: AbortController): Promise<Renewal> {
    try {
      return await trade(turn);
    } catch (error) {
      if (turn.signal.aborted) return "superseded";
      throw error;
    }
  }

  async function trade({ signal }: AbortController): Promise<Renewal> {
    const held = (await storage?.get()) ?? null;
    const refreshToken = held?.refreshToken;
    const body = refreshToken === undefined ? undefined : { refreshToken };
    const response = await transport.send(transport.route("POST", "/refresh", body, signal));
    if (response.ok) {
      const { session, tokens } = await bodyOf<RefreshedBody>(response);
      if (signal.aborted) return "superseded";
      // An answer without a refresh token means that the one before is to be kept.
      if (tokens !== undefined) await write({ ...held, ...tokens });
      const state = holder.get();
      if (!signal.aborted && state.status === "signed_in" && session?.id === state.session.id) {
        holder.show({ ...state, session });
      }
      return signal.aborted ? "superseded" : "renewed";
    }
    const error = await errorIn(response.clone());
    if (signal.aborted) return "superseded";
    const isEnd = error.code === "duplicate_cookie" || error.status === 401;
    if (!isEnd || error.code === "unexpected_answer") return response;
    // Another tab has got others meanwhile: the verdict is about tokens that nobody has any more.
    if (storage !== null && (await storage.get())?.refreshToken !== refreshToken) return "renewed";
    await end(error);
    return "ended";
  }

  return async (sentAt, turn) => {
    if (turn.signal.aborted) return "superseded";
    return tabs.renewedAt >= sentAt ? "renewed" : renewOnce(turn);
  };
}
