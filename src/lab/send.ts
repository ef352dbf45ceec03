import { request as requestOver, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { pairsOf } from "./exchange-log.ts";
import type { Answer, SentRequest } from "./stage.ts";
import type { OwnRequest, Tap } from "./tap.ts";

/**
 * Sends a request to a column as a machine does that has no browser: over the lab's own port, and so through the tap.
 * @throws Error when it is not answered within 10 s
 */
export async function send(
  origin: string,
  tap: Tap,
  { method, path, headers = {}, body, by = "attacker", process }: SentRequest,
  options: Pick<OwnRequest, "isRecorded"> = {},
): Promise<Answer> {
  const { port, host } = new URL(origin);
  const announced = tap.announce({ by, process, ...options });
  const [name, value] = announced.headers;
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      requestOver({
        host: "127.0.0.1",
        port,
        method,
        path,
        agent: false,
        signal: AbortSignal.timeout(10_000),
        headers: {
          Host: host,
          ...headers,
          ...(body !== undefined && { "Content-Length": Buffer.byteLength(body) }),
          [name]: value,
        },
      })
        .once("response", resolve)
        .once("error", reject)
        .end(body);
    });
    const received = await text(answer);
    const status = answer.statusCode ?? 0;
    // The tap itself answers where no process runs; that is no exchange.
    const exchange = await Promise.race([announced.exchange, afterwards(2_000)]);
    return {
      status,
      headers: pairsOf(answer.rawHeaders).map(([header, content]) => [
        header.toLowerCase(),
        content,
      ]),
      body: received,
      exchange,
    };
  } finally {
    announced.forget();
  }
}

function afterwards(ms: number): Promise<number> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(0), ms).unref();
  });
}
