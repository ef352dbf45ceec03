import type { ServerResponse } from "node:http";
import type { Auth } from "../auth.ts";
import type { AuthError } from "../core/errors.ts";
import type { DataShape } from "../core/sessions/session-data.ts";
import { problemAnswer } from "../http/problem.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { answerAccountRoute, sendResponse } from "./node/account-route.ts";
import { NodeRequestHead, pathOf, type NodeRequest } from "./node/request-head.ts";
import { NodeResponseHead } from "./node/response-head.ts";

export { bindResponse, bindServerSentEvents, type LongResponse } from "./node/long-response.ts";
export { admitUpgrade, authenticateUpgrade, refuseUpgrade } from "./node/upgrade.ts";
export { bindWebSocket, closeCodes, type ClosableWebSocket } from "./node/websocket.ts";
export type { NodeRequest };

/**
 * Symbolon for plain `node:http`: call it first. It answers the object that is `req.auth` elsewhere, or null when the
 * request has been answered: by an account route, or by the refusal of a cross-site request.
 */
export function nodeAuth<Shape extends DataShape>(
  auth: Auth<Shape>,
): (request: NodeRequest, response: ServerResponse) => Promise<RequestAuth<Shape> | null> {
  const open = openRequest(auth);
  return async (request, response) => open(request, response);
}

/** `nodeAuth` that answers at once where nothing has to be waited for, which is so for most requests. */
export function openRequest<Shape extends DataShape>(
  auth: Auth<Shape>,
): (
  request: NodeRequest,
  response: ServerResponse,
) => RequestAuth<Shape> | null | Promise<RequestAuth<Shape> | null> {
  const answer = async (request: NodeRequest, response: ServerResponse): Promise<null> => {
    await sendResponse(response, await answerAccountRoute(auth, new NodeRequestHead(request)));
    return null;
  };
  return (request, response) => {
    if (auth.handles(pathOf(request))) return answer(request, response);
    const opened = auth.open(new NodeRequestHead(request), new NodeResponseHead(response));
    return opened instanceof Promise
      ? opened.then((requestAuth) => unlessForeign(requestAuth, response))
      : unlessForeign(opened, response);
  };
}

function unlessForeign<Shape extends DataShape>(
  requestAuth: RequestAuth<Shape>,
  response: ServerResponse,
): RequestAuth<Shape> | null {
  if (requestAuth.error?.code !== "cross_site_request") return requestAuth;
  sendProblem(response, requestAuth.error);
  return null;
}

/** Answers with a problem document. */
export function sendProblem(response: ServerResponse, error: AuthError): void {
  const { status, headers, body } = problemAnswer(error);
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
