import { failed, type Contestant } from "../harness/contestant.ts";
import { byEffort, type Effort } from "../harness/effort.ts";
import { FreshHeaders, type RawHeaders } from "../harness/headers.ts";
import { inFlight } from "../harness/in-flight.ts";
import { brief, type Target } from "../harness/report.ts";
import type { Verify } from "./peers.ts";

/** What is answered by way of the event loop, as WebCrypto does, gains by company; 64 requests have it. */
export const width = 64;

/** Signatures take so long that what is around them would be compiled while it is measured; that takes some thousand tokens. */
export function withWarmUp(effort: Effort): Effort {
  return {
    ...effort,
    warmUpOperations: byEffort(effort, { full: 20_000, quick: 10_000, tiny: 0 }),
  };
}

/** `Authorization` fields of tokens. */
export function bearerHeaders(tokens: readonly string[]): FreshHeaders {
  return new FreshHeaders(
    tokens.map((token) => `Bearer ${token}`),
    "authorization",
  );
}

export function tokenOf(headers: RawHeaders): string {
  return (headers["authorization"] ?? "").slice("Bearer ".length);
}

/** Checks fresh headers at once. */
export function checking(
  name: string,
  fresh: FreshHeaders,
  isGood: (headers: RawHeaders) => boolean,
): Contestant["batch"] {
  return (count) => {
    const inputs = fresh.take(count);
    return () => {
      for (const headers of inputs) if (!isGood(headers)) throw failed(name);
    };
  };
}

/** Checks fresh headers one after the other, each behind a promise. */
export function checkingAwaited(
  name: string,
  fresh: FreshHeaders,
  authenticate: (headers: RawHeaders) => Promise<unknown>,
): Contestant["batch"] {
  return (count) => {
    const inputs = fresh.take(count);
    return async () => {
      for (const headers of inputs) {
        if ((await authenticate(headers)) === null) throw failed(name);
      }
    };
  };
}

/** Checks fresh headers, many in flight. */
export function checkingTogether(
  name: string,
  fresh: FreshHeaders,
  authenticate: (headers: RawHeaders) => Promise<unknown>,
): Contestant["batch"] {
  return (count) => {
    const inputs = fresh.take(count);
    return () =>
      inFlight(inputs, width, async (headers) => {
        if ((await authenticate(headers)) === null) throw failed(name);
      });
  };
}

/** Verifies the tokens of fresh headers, in the way that suits the library. */
export function verifying(
  name: string,
  fresh: FreshHeaders,
  { verify, awaited }: { readonly verify: Verify; readonly awaited: boolean },
): Contestant["batch"] {
  return awaited
    ? checkingTogether(name, fresh, async (headers) => {
        const { sub } = await verify(tokenOf(headers));
        return sub ?? null;
      })
    : (count) => {
        const inputs = fresh.take(count);
        return () => {
          for (const headers of inputs) {
            const payload = verify(tokenOf(headers));
            if (payload instanceof Promise || payload.sub === undefined) throw failed(name);
          }
        };
      };
}

/** That a ratio is no higher than this. */
export function within(most: number, what: string, ratio: number): Target {
  return { target: `${what}: within ${most}x`, measured: `${brief(ratio)}x`, met: ratio <= most };
}
