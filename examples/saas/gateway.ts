import type { RequestHandler } from "express";

/**
 * What stands before a service that reads `Authorization` only: takes the access token out of the browser's cookie. Only reading is let
 * through, since a cookie comes along with what other sites' pages send, and nothing behind here would notice.
 */
export const cookieToBearer: RequestHandler = (req, res, next) => {
  if (req.method !== "GET") {
    res.sendStatus(405);
    return;
  }
  // Over https it is called `__Host-sym_access`. Look for that alone then: any neighbour can plant a cookie without the prefix.
  const found = /(?:^|; )sym_access=([^;]+)/.exec(req.headers.cookie ?? "");
  if (found !== null) req.headers.authorization = `Bearer ${found[1]}`;
  delete req.headers.cookie;
  next();
};
