import { randomBytes } from "node:crypto";
import { failed, type Entrant } from "../harness/contestant.ts";
import { FreshHeaders, type RawHeaders } from "../harness/headers.ts";

/** What somebody keeps who writes it by hand. */
interface HandWrittenSession {
  readonly userId: string;
  readonly expiresAt: number;
}

/** A guard by hand: one process, no revocation elsewhere, no forgery to tell from a guess, no second cookie. */
export interface HandWrittenGuard {
  readonly cookies: readonly string[];
  readonly check: (headers: RawHeaders) => HandWrittenSession | null;
}

const cookieName = "sid=";

/** Makes it, with the cookies of so many sessions. */
export function handWrittenGuard(sessions: number): HandWrittenGuard {
  const known = new Map<string, HandWrittenSession>();
  const cookies: string[] = [];
  for (let index = 0; index < sessions; index += 1) {
    const token = randomBytes(32).toString("base64url");
    known.set(token, { userId: `user-${index}`, expiresAt: Date.now() + 86_400_000 });
    cookies.push(cookieName + token);
  }
  return {
    cookies,
    check(headers) {
      const token = tokenIn(headers["cookie"]);
      const session = token === null ? undefined : known.get(token);
      return session !== undefined && session.expiresAt > Date.now() ? session : null;
    },
  };
}

function tokenIn(field: string | undefined): string | null {
  if (field === undefined) return null;
  let start = 0;
  while (start < field.length) {
    const end = field.indexOf(";", start);
    const stop = end === -1 ? field.length : end;
    if (field.startsWith(cookieName, start)) return field.slice(start + cookieName.length, stop);
    start = stop + 1;
    if (field[start] === " ") start += 1;
  }
  return null;
}

/** The guard by hand, at once and behind a promise. */
export function floorEntrants(sessions: number): Entrant[] {
  return [
    {
      name: "hand-written",
      async make() {
        const { cookies, check } = handWrittenGuard(sessions);
        const fresh = new FreshHeaders(cookies);
        return {
          kind: "floor",
          note: "cookie scan, Map and expiry; no await, no revocation elsewhere",
          batch(count) {
            const inputs = fresh.take(count);
            return () => {
              for (const headers of inputs) {
                if (check(headers) === null) throw failed("hand-written");
              }
            };
          },
        };
      },
    },
    {
      name: "hand-written, awaited",
      async make() {
        const { cookies, check } = handWrittenGuard(sessions);
        const fresh = new FreshHeaders(cookies);
        const checkAsync = async (headers: RawHeaders): Promise<HandWrittenSession | null> =>
          check(headers);
        return {
          kind: "floor",
          note: "the same behind a promise, as every interface must be that may have to read",
          batch(count) {
            const inputs = fresh.take(count);
            return async () => {
              for (const headers of inputs) {
                if ((await checkAsync(headers)) === null) throw failed("hand-written, awaited");
              }
            };
          },
        };
      },
    },
  ];
}
