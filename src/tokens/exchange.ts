import type { Clock } from "../util/clock.ts";
import { decodeUtf8 } from "../util/strict-base64url.ts";

/** `fetch`, as far as it is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface ExchangeRequest {
  readonly url: string;
  readonly init?: RequestInit;
  readonly fetch: Fetch;
  /** How long all of it may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * One request, with a deadline for all of it, also for reading the answer. A redirect is an answer like others: to follow it
 * would let whoever can make a server redirect choose who is believed, and who is told our secrets.
 */
export async function exchange<Answer>(
  { url, init, fetch, timeoutMs, clock }: ExchangeRequest,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  const abort = new AbortController();
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const late = (): void => {
    const error = new Error(`${url} did not answer within ${timeoutMs} ms`);
    abort.abort(error);
    reject(error);
  };
  const cancel = clock.schedule(timeoutMs, late, true);
  // Workers know neither `redirect: "error"` nor `credentials`; the default sends none to another origin.
  const all = { ...init, redirect: "manual", signal: abort.signal } as const;
  try {
    return await Promise.race([deadline, fetch(url, all).then(read)]);
  } finally {
    cancel();
  }
}

/** The body of an answer as text; null when it is not UTF-8. Rejects when it is longer than `maxBytes`. */
export async function readText(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) break;
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new Error(`the answer has more than ${maxBytes} bytes`);
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return decodeUtf8(bytes);
}
