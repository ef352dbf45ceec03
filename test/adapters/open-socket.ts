import { once } from "node:events";
import { WebSocket } from "ws";

/** What becomes of an upgrade: an open socket that has said its first word, or a refusal. */
export type OpenedSocket =
  | {
      readonly greeting: string;
      /** With which code and reason the server closes it. */
      readonly closed: Promise<readonly [code: number, reason: string]>;
    }
  | { readonly status: number };

/** Asks for a WebSocket. @throws whatever else goes wrong */
export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<OpenedSocket> {
  const socket = new WebSocket(url, { headers });
  const closed = new Promise<readonly [number, string]>((resolve) =>
    socket.once("close", (code, reason) => resolve([code, reason.toString()])),
  );
  const refused = new Promise<{ readonly status: number }>((resolve, reject) => {
    socket.once("unexpected-response", (request, { statusCode = 0 }) => {
      request.destroy();
      resolve({ status: statusCode });
    });
    socket.once("error", reject);
  });
  const greeted = once(socket, "message").then(([data]) => ({ greeting: String(data), closed }));
  return Promise.race([greeted, refused]);
}
