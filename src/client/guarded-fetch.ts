import { ClientError, errorIn, type ClientErrorCode } from "./client-error.ts";
import type { Renewal } from "./renewal.ts";
import type { SessionHolder } from "./session-state.ts";
import { stepUpChallengeOf, type StepUpChallenge } from "./step-up.ts";
import type { Transport } from "./transport.ts";

/**
 * Asks the user to sign in again. Answers whether they did, so that the request is worth repeating; it is repeated for the same user only,
 * and so not where `user` is null.
 */
export type StepUpHandler = (challenge: StepUpChallenge) => boolean | Promise<boolean>;

/** Sends requests, renews the login where it must be, and repeats what was refused because of that: at most once. */
export interface GuardedFetch {
  /** Nothing but renewing. `asStream` for a body that can be sent once only. */
  exchange(request: Request, asStream?: boolean): Promise<Exchanged>;
  /** With all that the client does for the application's own requests. */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
}

/** An answer, and what it says where it is 401: else nothing. */
export interface Exchanged {
  readonly response: Response;
  readonly code: ClientErrorCode | "";
}

/** The last as when the key that signed it was revoked: the refresh token is good, then. */
const renewable = /^(?:token_expired|token_outdated|invalid_token)$/;

/** @param onEnd for a route that says that there is no login, or none any more */
export function createGuardedFetch(
  holder: SessionHolder,
  transport: Transport,
  renew: (sentAt: number, turn: AbortSignal) => Promise<Renewal>,
  onEnd: () => void,
  onStepUp: StepUpHandler | undefined,
): GuardedFetch {
  /** Answers whether the login is still of the same user: what one has begun, another must not go on with. */
  function rememberUser(): () => boolean {
    const { turn } = holder;
    const userId = holder.get().user?.id;
    return () => !turn.aborted || (userId !== undefined && userId === holder.get().user?.id);
  }

  async function send(request: Request, asStream = false): Promise<Exchanged> {
    const response = await transport.send(request, asStream);
    return {
      response,
      code: response.status === 401 ? (await errorIn(response.clone())).code : "",
    };
  }

  async function sendAgain(
    request: Request,
    { response }: Exchanged,
    asStream: boolean,
  ): Promise<Exchanged> {
    // Not every runtime says of a body that was a stream that it is used.
    if (asStream) {
      const message = "A stream cannot be sent twice.";
      throw new ClientError("stream_not_resent", message, { status: response.status });
    }
    void response.body?.cancel();
    return send(request);
  }

  async function exchange(request: Request, asStream = false): Promise<Exchanged> {
    const { turn } = holder;
    const isSameUser = rememberUser();
    const sentAt = performance.now();
    const first = await send(request, asStream);
    if (!isRenewable(first)) return first;
    const renewal = await unlessAborted(renew(sentAt, turn), request.signal);
    if (renewal instanceof Response) return { response: renewal.clone(), code: "" };
    if (renewal !== "renewed" || !isSameUser()) return first;
    return sendAgain(request, first, asStream);
  }

  // Several requests that ask for it at once ask the user once.
  let asking: Promise<boolean> | null = null;
  function stepUp(handle: StepUpHandler, { headers }: Response): Promise<boolean> {
    asking ??= Promise.resolve(stepUpChallengeOf(headers))
      .then(handle)
      .finally(() => (asking = null));
    return asking;
  }

  return {
    exchange,
    async fetch(input, init) {
      const request = new Request(
        input instanceof Request ? input : transport.resolve(input),
        init,
      );
      if (!transport.isOwn(request)) return transport.fetch(request);
      const { turn } = holder;
      const isSameUser = rememberUser();
      const asStream = isStream(init?.body);
      let answer = await exchange(request, asStream);
      if (answer.code === "step_up_required" && onStepUp !== undefined) {
        const isDone = await unlessAborted(stepUp(onStepUp, answer.response), request.signal);
        if (isDone && isSameUser()) answer = await sendAgain(request, answer, asStream);
      }
      if (isEnd(answer.code) && !turn.aborted) onEnd();
      return answer.response;
    },
  };
}

function isStream(body: unknown): boolean {
  const given = Object(body) as object;
  return "getReader" in given || Symbol.asyncIterator in given;
}

/** Other services on the server's origin say it in the words of RFC 6750, section 3.1. */
function isRenewable({ code, response }: Exchanged): boolean {
  if (code !== "unexpected_answer") return renewable.test(code);
  return /^Bearer .*error="invalid_token"/i.test(response.headers.get("www-authenticate") ?? "");
}

/** Whether a code says that nobody is signed in. An outage never does. */
export function isEnd(code: Exchanged["code"]): boolean {
  return ending.test(code);
}

const ending =
  /^(?:unauthenticated|session_expired|session_revoked|refresh_token_reused|duplicate_cookie)$/;

/** What others wait for, too, goes on; who does not want to wait any more goes away. */
function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
