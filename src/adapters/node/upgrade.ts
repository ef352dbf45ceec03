import { STATUS_CODES, validateHeaderValue, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Auth } from "../../auth.ts";
import { AuthError, asAuthError } from "../../core/errors.ts";
import type { Principal } from "../../core/sessions/principal.ts";
import type { DataShape } from "../../core/sessions/session-data.ts";
import { createGuard, type GuardOptions } from "../../http/guard.ts";
import { problemAnswer } from "../../http/problem.ts";
import type { ResponseHead } from "../../http/request-context.ts";
import { NodeRequestHead } from "./request-head.ts";

/**
 * Who asks for a WebSocket, judged like `requireAuth` judges a request. With a cookie it must come from a page of ours or
 * of a trusted origin: an upgrade is a `GET`, but what follows it acts. Tokens in the query are not looked at.
 * @throws AuthError for whoever may not: `unauthenticated`, `cross_site_request`, `store_unavailable`, …
 * @throws TypeError for bad options
 */
export async function authenticateUpgrade<Shape extends DataShape>(
  auth: Pick<Auth<Shape>, "open">,
  request: IncomingMessage,
  options: GuardOptions = {},
): Promise<Principal> {
  const guard = createGuard(options);
  // Said even if this request does not say it: it is the reason why a `GET` is not taken for harmless.
  const headers = { ...request.headers, upgrade: request.headers.upgrade ?? "websocket" };
  const requestAuth = await auth.open(new NodeRequestHead(request, headers), withoutCookies);
  const refusal = guard(requestAuth);
  if (refusal !== null) throw refusal;
  const { principal } = requestAuth;
  if (principal === null) throw new AuthError("unauthenticated");
  return principal;
}

/** An upgrade's answer is the WebSocket library's. A planted cookie is taken away by the next plain request. */
const withoutCookies: ResponseHead = {
  assertOpen() {
    throw new TypeError("an upgrade cannot set a session cookie");
  },
  setCookie() {},
};

/**
 * Answers an upgrade on its raw socket with a problem document, and ends the connection; an error that is no `AuthError`
 * is answered 500 without a word about it.
 */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  // Nobody else listens here, and an error that nobody hears ends the process. The client has gone, so nothing is lost.
  socket.on("error", () => socket.destroy());
  // A client that keeps its half open must not keep ours.
  socket.once("finish", () => socket.destroy());
  try {
    socket.end(answerText(asAuthError(error)));
  } catch (misuse) {
    socket.destroy();
    throw misuse;
  }
}

/** @throws TypeError for header values that would end their line, which Node checks only for answers of its own */
function answerText(error: AuthError): string {
  const { status, headers, body } = problemAnswer(error);
  const length = String(Buffer.byteLength(body));
  const fields = { ...headers, "content-length": length, connection: "close" };
  const lines = Object.entries(fields).map(([name, value]) => {
    validateHeaderValue(name, value);
    return `${name}: ${value}\r\n`;
  });
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`;
}

/**
 * Judges an upgrade and answers whoever may not: null then, and when the client has gone meanwhile. With a principal the
 * socket is the caller's, to hand to a WebSocket library at once.
 * @throws what the application's own check throws, when that is no `AuthError`; the client is answered 500 before
 */
export async function admitUpgrade<Shape extends DataShape>(
  auth: Pick<Auth<Shape>, "open">,
  request: IncomingMessage,
  socket: Duplex,
  options: GuardOptions = {},
): Promise<Principal | null> {
  // Node has let go of the socket, and no library has it yet: an error that nobody hears would end the process.
  const destroy = (): void => void socket.destroy();
  socket.on("error", destroy);
  try {
    const principal = await authenticateUpgrade(auth, request, options);
    return socket.destroyed ? null : principal;
  } catch (error) {
    refuseUpgrade(socket, error);
    if (error instanceof AuthError) return null;
    throw error;
  } finally {
    socket.off("error", destroy);
  }
}
