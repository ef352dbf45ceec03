import type { Auth } from "../../auth.ts";
import type { BindOptions, CloseReason } from "../../core/sessions/bindings.ts";
import type { Principal } from "../../core/sessions/principal.ts";
import { whenPatienceEnds } from "./patience.ts";

/** What is used of a WebSocket: of the package `ws`, or of any that speaks like a browser's. */
export interface ClosableWebSocket {
  /** 3 is closed, as everywhere. */
  readonly readyState: number;
  close(code: number, reason: string): void;
  addEventListener(type: "close" | "error", listener: () => void): void;
  /** Ends the connection without the closing handshake. */
  terminate?(): void;
  removeAllListeners?(event: "message"): unknown;
}

/** The code with which a WebSocket is closed: 4000 and the status that a request would get (RFC 6455, section 7.4.2). */
export const closeCodes: Readonly<Record<CloseReason, number>> = {
  session_revoked: 4401,
  session_expired: 4401,
  store_unavailable: 4503,
};

const closed = 3;

/**
 * Closes a WebSocket when its principal's session ends, with a code of `closeCodes` and the reason as its text; at once
 * if that has happened already. From then on messages are not heard, and a peer that does not close within 5 s is cut
 * off, where the socket allows it (`ws` does). Unbinds itself when the socket closes; answers how to unbind earlier.
 * A peer that breaks the protocol is cut off by `ws`, and does not end the process; listen to `error` to hear of it.
 * @throws TypeError for a principal that is not one of this engine's
 */
export function bindWebSocket(
  auth: Pick<Auth, "bind">,
  principal: Principal,
  socket: ClosableWebSocket,
  options: BindOptions = {},
): () => void {
  if (socket.readyState === closed) return () => undefined;
  const unbind = auth.bind(principal, (reason) => closeWebSocket(socket, reason), options);
  socket.addEventListener("close", unbind);
  // `ws` emits an error for bytes that are no frame, and closes. An error that nobody hears would end the process.
  socket.addEventListener("error", () => undefined);
  return unbind;
}

function closeWebSocket(socket: ClosableWebSocket, reason: CloseReason): void {
  // The peer may go on talking until it has answered, or for ever. Nothing of that acts for the user any more.
  const stopHearing = (): void => void socket.removeAllListeners?.("message");
  stopHearing();
  // Once more when the caller is done, who may begin to listen after a binding that ended at once.
  queueMicrotask(stopHearing);
  const cancel = whenPatienceEnds(() => socket.terminate?.());
  socket.addEventListener("close", cancel);
  socket.close(closeCodes[reason], reason);
}
