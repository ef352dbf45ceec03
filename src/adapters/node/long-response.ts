import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Auth } from "../../auth.ts";
import type { BindOptions, CloseReason } from "../../core/sessions/bindings.ts";
import type { Principal } from "../../core/sessions/principal.ts";
import { whenPatienceEnds } from "./patience.ts";

/** A response that takes its time, over HTTP/1.1 or HTTP/2. */
export type LongResponse = ServerResponse | Http2ServerResponse;

/** INTERNAL_ERROR (RFC 9113, section 7): clients may take the gentler codes for a proper end. */
const http2InternalError = 2;

/** How long a browser waits before it asks for an interrupted stream again. */
const retryMs = 5_000;

/**
 * Cuts a long response off when its principal's session ends, at once if that has happened already: the client sees a
 * download that broke off, never one that seems complete. Unbinds itself when the response closes; answers how to
 * unbind earlier.
 * @throws TypeError for a principal that is not one of this engine's
 */
export function bindResponse(
  auth: Pick<Auth, "bind">,
  principal: Principal,
  response: LongResponse,
  options: BindOptions = {},
): () => void {
  return bindUntilClosed(auth, principal, response, () => cutOff(response), options);
}

/**
 * Ends an event stream when its principal's session ends, with a last event `session-ended` whose data is
 * `{"reason":"session_revoked"}` or `session_expired`. In an outage the session has not ended: the stream just ends, and
 * browsers are told to come back after 5 s. A client that does not read the end within 5 s is cut off. Send the head
 * before binding.
 * @throws TypeError for a principal that is not one of this engine's
 */
export function bindServerSentEvents(
  auth: Pick<Auth, "bind">,
  principal: Principal,
  response: LongResponse,
  options: BindOptions = {},
): () => void {
  return bindUntilClosed(
    auth,
    principal,
    response,
    (reason) => endEvents(response, reason),
    options,
  );
}

function bindUntilClosed(
  auth: Pick<Auth, "bind">,
  principal: Principal,
  response: LongResponse,
  close: (reason: CloseReason) => void,
  options: BindOptions,
): () => void {
  if (isClosed(response)) return () => undefined;
  const unbind = auth.bind(principal, close, options);
  response.once("close", unbind);
  return unbind;
}

function isClosed(response: LongResponse): boolean {
  return "stream" in response ? response.stream.destroyed : response.destroyed;
}

function endEvents(response: LongResponse, reason: CloseReason): void {
  // Without its head it is no stream of events yet, and an event would be a strange page.
  if (!response.headersSent) return cutOff(response);
  // What sends the events hears of the end by `close`, which waits for the client. Until then it writes after the end.
  response.on("error", () => undefined);
  response.once(
    "close",
    whenPatienceEnds(() => cutOff(response)),
  );
  response.end(
    reason === "store_unavailable"
      ? `retry: ${retryMs}\n\n`
      : `event: session-ended\ndata: ${JSON.stringify({ reason })}\n\n`,
  );
}

function cutOff(response: LongResponse): void {
  if ("stream" in response) return response.stream.close(http2InternalError);
  const { socket } = response;
  // Where no length was told, the end of the connection is the end of the body (HTTP/1.0, and so many proxies): only a
  // reset looks cut off. TLS and local sockets have none.
  if (socket?.remoteAddress !== undefined && !("encrypted" in socket)) socket.resetAndDestroy();
  response.destroy();
}
