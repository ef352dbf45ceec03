import { isJsonObject, parseStrictJson } from "../util/strict-json.ts";
import type { JsonObject } from "../util/json.ts";
import { exchange, readText, type ExchangeRequest } from "./exchange.ts";

/** A JWK set as it came, and for how long it may be used. */
export interface LoadedJwks {
  readonly set: JsonObject;
  /** Null when nothing was said. */
  readonly maxAgeMs: number | null;
}

/** Sets of hundreds of keys are smaller. */
const maxBytes = 65_536;

/**
 * Fetches a JWK set: one request, with a deadline for all of it and a limit to its size. Only 200 is an answer, so a redirect is
 * none: it would let whoever can make the issuer redirect choose the keys.
 */
export async function requestJwks(request: Omit<ExchangeRequest, "init">): Promise<LoadedJwks> {
  const { url } = request;
  const init = { headers: { accept: "application/jwk-set+json, application/json" } };
  return exchange({ ...request, init }, async (response) => {
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} answered ${response.status}`);
    }
    const text = await readText(response, maxBytes);
    const set = text === null ? undefined : parseStrictJson(text);
    if (!isJsonObject(set)) throw new Error(`${url} answered no JSON object`);
    return { set, maxAgeMs: maxAgeOf(response.headers) };
  });
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
