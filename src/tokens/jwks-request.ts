import { isJsonObject, parseStrictJson } from "../util/strict-json.ts";
import { decodeUtf8 } from "../util/strict-base64url.ts";
import type { Clock } from "../util/clock.ts";
import type { JsonObject } from "../util/json.ts";

/** `fetch`, as far as it is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A JWK set as it came, and for how long it may be used. */
export interface LoadedJwks {
  readonly set: JsonObject;
  /** Null when nothing was said. */
  readonly maxAgeMs: number | null;
}

export interface JwksRequest {
  readonly url: string;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Sets of hundreds of keys are smaller. */
const maxBytes = 65_536;

/**
 * Fetches a JWK set: one request, with a deadline for all of it and a limit to its size. Only 200 is an answer, so a redirect is
 * none: it would let whoever can make the issuer redirect choose the keys.
 */
export async function requestJwks(request: JwksRequest): Promise<LoadedJwks> {
  const { url, timeoutMs, clock } = request;
  const abort = new AbortController();
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const cancel = clock.schedule(timeoutMs, () => {
    const late = new Error(`${url} did not answer within ${timeoutMs} ms`);
    abort.abort(late);
    reject(late);
  });
  try {
    return await Promise.race([deadline, exchange(request, abort.signal)]);
  } finally {
    cancel();
  }
}

async function exchange({ url, fetch }: JwksRequest, signal: AbortSignal): Promise<LoadedJwks> {
  // Workers know neither `redirect: "error"` nor `credentials`; the default sends none to another origin.
  const response = await fetch(url, {
    redirect: "manual",
    signal,
    headers: { accept: "application/jwk-set+json, application/json" },
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const text = decodeUtf8(await readBody(response, url));
  const set = text === null ? undefined : parseStrictJson(text);
  if (!isJsonObject(set)) throw new Error(`${url} answered no JSON object`);
  return { set, maxAgeMs: maxAgeOf(response.headers) };
}

async function readBody(response: Response, url: string): Promise<Uint8Array> {
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
      throw new Error(`${url} answered more than ${maxBytes} bytes`);
    }
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** For how long an answer is fresh (RFC 9111, section 4.2): what `Cache-Control` says, less the time it lay in caches. */
function maxAgeOf(headers: Headers): number | null {
  const directives = headers.get("cache-control")?.toLowerCase() ?? "";
  if (/\bno-(?:store|cache)\b/.test(directives)) return 0;
  const seconds = /(?:^|[\s,])max-age="?(\d{1,9})\b/.exec(directives)?.[1];
  if (seconds === undefined) return null;
  const age = Number(/^\d{1,9}$/.exec(headers.get("age") ?? "")?.[0] ?? 0);
  return Math.max(0, Number(seconds) - age) * 1000;
}
