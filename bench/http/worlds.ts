import { createSecretKey, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { DatabaseSync } from "node:sqlite";
import type { Auth as BetterAuth } from "better-auth";
import type { JwtPayload, Secret, VerifyOptions } from "jsonwebtoken";
import { createAuth, type Auth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import {
  betterAuthOver,
  betterAuthSession,
  cachedCookie,
  withCookieCache,
} from "../guard/better-auth.ts";
import { handWrittenGuard } from "../guard/floors.ts";
import { benchOptions } from "../guard/symbolon.ts";
import { failed } from "../harness/contestant.ts";
import { countCalls } from "../harness/counting-store.ts";
import type { RawHeaders } from "../harness/headers.ts";
import type { Credential, Strategy } from "./served.ts";

/** A secret for benchmarks; nothing real is signed with it. */
export const peerSecret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-peers";

export const expected = { issuer: "https://app.example.com", audience: "app" } as const;

export function namesOf(users: number): string[] {
  return Array.from({ length: users }, (_, index) => `user-${index}`);
}

/** A check that looks at what Node has read of the request; null refuses. */
interface Checked<Answer> {
  readonly credentials: readonly Credential[];
  readonly check: (headers: IncomingHttpHeaders) => Answer;
}

/** The guard by hand: cookie scan, Map, expiry. */
export function handWrittenWorld(users: number): Checked<string | null> {
  const { cookies, check } = handWrittenGuard(users);
  return {
    credentials: cookies.map((value, index) => ({ field: "cookie", value, user: `user-${index}` })),
    check: (headers) => check(headers as RawHeaders)?.userId ?? null,
  };
}

/** An engine on a memory store, and the users that it has signed in. */
export async function symbolonWorld(
  strategy: Strategy,
  users: number,
): Promise<{
  readonly auth: Auth;
  readonly credentials: readonly Credential[];
  readonly reads: () => number;
}> {
  const { store, reads } = countCalls(memoryStore({ maxSessions: 2 * users + 1_000 }));
  const auth = createAuth({
    ...benchOptions,
    store,
    strategy,
    // A token must outlive the run: renewing is another bench's affair (`tokens`).
    ...(strategy !== "session" && { accessTokens: { lifetime: "24h" } }),
  });
  const credentials: Credential[] = [];
  for (const user of namesOf(users)) credentials.push(await signIn(auth, strategy, user));
  return { auth, credentials, reads };
}

async function signIn(auth: Auth, strategy: Strategy, user: string): Promise<Credential> {
  const { cookies, tokens } = await auth.signIn(
    {
      userId: user,
      claims: { role: "member" },
      delivery: strategy === "jwt" ? "body" : "cookie",
    },
    { method: "POST", headers: { host: "app.example.com", "sec-fetch-site": "same-origin" } },
  );
  if (strategy === "jwt") {
    return { field: "authorization", value: `Bearer ${tokens?.accessToken ?? ""}`, user };
  }
  // As a browser sends them to this route: a refresh token has a path of its own.
  const value = cookies
    .filter((field) => /; Path=\/(;|$)/.test(field))
    .map((field) => field.split(";", 1)[0])
    .join("; ");
  return { field: "cookie", value, user };
}

/** What jsonwebtoken is given to verify with: its examples' text, or a key that was made once. */
export const secretForms: Readonly<Record<"string secret" | "KeyObject", Secret>> = {
  "string secret": peerSecret,
  KeyObject: createSecretKey(Buffer.from(peerSecret)),
};

/** Tokens of HS256, as jsonwebtoken signs them. */
export async function bearerCredentials(users: number): Promise<Credential[]> {
  const { default: jsonwebtoken } = await import("jsonwebtoken");
  return namesOf(users).map((user) => {
    const claims = { sub: user, sid: randomBytes(16).toString("base64url"), role: "member" };
    const token = jsonwebtoken.sign(claims, peerSecret, {
      algorithm: "HS256",
      ...expected,
      expiresIn: "1d",
    });
    return { field: "authorization", value: `Bearer ${token}`, user };
  });
}

/** `jsonwebtoken.verify` of the bearer token. */
export async function jsonwebtokenWorld(
  users: number,
  form: keyof typeof secretForms,
): Promise<Checked<string | null>> {
  const { default: jsonwebtoken } = await import("jsonwebtoken");
  const secret = secretForms[form];
  const options: VerifyOptions = { algorithms: ["HS256"], ...expected };
  return {
    credentials: await bearerCredentials(users),
    check({ authorization = "" }) {
      if (!authorization.startsWith("Bearer ")) return null;
      try {
        const payload = jsonwebtoken.verify(authorization.slice(7), secret, options) as JwtPayload;
        return payload.sub ?? null;
      } catch (error) {
        if (error instanceof jsonwebtoken.JsonWebTokenError) return null;
        throw error;
      }
    },
  };
}

/** `auth.api.getSession`, with the headers as its own adapter for Node converts them. */
export async function betterAuthWorld(
  users: number,
  place: "SQLite" | "cookie cache",
): Promise<Checked<Promise<string | null>>> {
  const { fromNodeHeaders } = await import("better-auth/node");
  const extra = place === "cookie cache" ? withCookieCache(86_400) : {};
  const auth = await betterAuthOver(new DatabaseSync(":memory:"), extra);
  const userOf = async (headers: Headers): Promise<string | null> =>
    (await auth.api.getSession({ headers }))?.user.id ?? null;
  const credentials: Credential[] = [];
  for (let made = 0; made < users; made += 1) {
    const value = await betterAuthCookie(auth, place);
    const user = await userOf(new Headers({ cookie: value }));
    if (user === null) throw failed("better-auth");
    credentials.push({ field: "cookie", value, user });
  }
  return { credentials, check: (headers) => userOf(fromNodeHeaders(headers)) };
}

async function betterAuthCookie(
  auth: BetterAuth,
  place: "SQLite" | "cookie cache",
): Promise<string> {
  const { cookie } = await betterAuthSession(auth);
  return place === "SQLite" ? cookie : `${cookie}; ${await cachedCookie(auth, cookie)}`;
}

/** The options of iron-session, and sealed cookies. */
export async function ironSessionWorld(users: number): Promise<{
  readonly credentials: readonly Credential[];
  readonly options: { readonly cookieName: string; readonly password: string };
}> {
  const { sealData } = await import("iron-session");
  const options = { cookieName: "session", password: peerSecret };
  const credentials = await Promise.all(
    namesOf(users).map(async (user): Promise<Credential> => {
      const seal = await sealData({ userId: user, role: "member" }, options);
      return { field: "cookie", value: `session=${seal}`, user };
    }),
  );
  return { credentials, options };
}
