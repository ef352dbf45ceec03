import { once } from "node:events";
import type { Server } from "node:http";

/**
 * Watches a server's requests, and answers how to stop it: no new ones are taken, those under way are answered, and what
 * is not answered after the grace is cut off. Connections without a request end at once: browsers open some in advance,
 * and clients that never say a word would keep the process for good.
 */
export function gracefulStop(server: Server, graceMs: number): () => Promise<void> {
  let underWay = 0;
  let stopping = false;
  server.on("request", (_request, response) => {
    underWay += 1;
    response.once("close", () => {
      underWay -= 1;
      if (stopping && underWay === 0) server.closeAllConnections();
    });
  });
  return async () => {
    stopping = true;
    const closed = once(server, "close");
    server.close();
    if (underWay === 0) server.closeAllConnections();
    const grace = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(grace);
  };
}
