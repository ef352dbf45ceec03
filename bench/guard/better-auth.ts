import { createHmac, randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { Auth as BetterAuth, BetterAuthOptions, SecondaryStorage } from "better-auth";
import { failed, type Entrant } from "../harness/contestant.ts";
import { FreshHeaders } from "../harness/headers.ts";
import { inFlight } from "../harness/in-flight.ts";

const secret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-better-auth";
/** Its reads wait for the event loop, which these requests share. */
const width = 64;

/** Where its sessions are. */
type Place = "SQLite" | "secondary storage" | "memory adapter" | "cookie cache";

const notes: Readonly<Record<Place, string>> = {
  SQLite: "node:sqlite in memory: session and user are read on every check",
  "secondary storage": "a Map in this process, in place of Redis",
  "memory adapter": "it searches an array, so it has a hundred sessions only",
  "cookie cache":
    "signed data in a second cookie; nothing is read, and nothing revoked until it is 5 minutes old",
};

/** `auth.api.getSession` over each place where it can keep sessions. */
export function betterAuthEntrants(sessions: number): Entrant[] {
  return (Object.keys(notes) as Place[]).map((place) => ({
    name: `better-auth, ${place}`,
    make: () => gettingSessions(place, place === "memory adapter" ? 100 : sessions),
  }));
}

async function gettingSessions(place: Place, sessions: number): ReturnType<Entrant["make"]> {
  const auth = await betterAuthAt(place);
  const cookies: string[] = [];
  for (let index = 0; index < sessions; index += 1) {
    const { cookie } = await betterAuthSession(auth);
    cookies.push(
      place === "cookie cache" ? `${cookie}; ${await cachedCookie(auth, cookie)}` : cookie,
    );
  }
  const fresh = new FreshHeaders(cookies);
  return {
    kind: "peer",
    note: `${notes[place]}; the Headers object it asks for is made beforehand, not timed; ${width} in flight`,
    batch(count) {
      const inputs = fresh.take(count).map((headers) => new Headers(headers));
      return () =>
        inFlight(inputs, width, async (headers) => {
          if ((await auth.api.getSession({ headers })) === null) throw failed("better-auth");
        });
    },
  };
}

async function betterAuthAt(place: Place): Promise<BetterAuth> {
  switch (place) {
    case "SQLite":
      return betterAuthOver(new DatabaseSync(":memory:"), {});
    case "secondary storage":
      return betterAuthOver(new DatabaseSync(":memory:"), { secondaryStorage: mapStorage() });
    case "cookie cache":
      return betterAuthOver(new DatabaseSync(":memory:"), withCookieCache(300));
    case "memory adapter": {
      const { memoryAdapter } = await import("better-auth/adapters/memory");
      const database = memoryAdapter({ user: [], session: [], account: [], verification: [] });
      return betterAuthOver(database, {});
    }
  }
}

/** Its documented option for not reading the session on every request. */
export function withCookieCache(maxAge: number): BetterAuthOptions {
  return { session: { cookieCache: { enabled: true, maxAge } } };
}

/** better-auth over a database, whose tables it makes where they are missing. */
export async function betterAuthOver(
  database: NonNullable<BetterAuthOptions["database"]>,
  extra: BetterAuthOptions,
): Promise<BetterAuth> {
  const [{ betterAuth }, { getMigrations }] = await Promise.all([
    import("better-auth"),
    import("better-auth/db/migration"),
  ]);
  const options: BetterAuthOptions = {
    secret,
    baseURL: "https://app.example.com",
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    database,
    ...extra,
  };
  if (database instanceof DatabaseSync) await (await getMigrations(options)).runMigrations();
  return betterAuth(options);
}

/** Its secondary storage as a Map. */
function mapStorage(): SecondaryStorage {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
    getAndDelete(key) {
      const value = values.get(key) ?? null;
      values.delete(key);
      return value;
    },
    increment(key) {
      const count = Number(values.get(key) ?? 0) + 1;
      values.set(key, String(count));
      return count;
    },
  };
}

/** Makes a user and their session by its own adapter, as a sign-in does; answers the signed cookie. */
export async function betterAuthSession(
  auth: BetterAuth,
): Promise<{ readonly cookie: string; readonly token: string }> {
  const { internalAdapter, authCookies } = await auth.$context;
  const user = await internalAdapter.createUser(
    { email: `${randomUUID()}@example.com`, name: "Some User", emailVerified: true },
    { method: "email-password" },
  );
  const { token } = await internalAdapter.createSession(user.id, false);
  const signature = createHmac("sha256", secret).update(token).digest("base64");
  const value = encodeURIComponent(`${token}.${signature}`);
  return { cookie: `${authCookies.sessionToken.name}=${value}`, token };
}

/** The second cookie, which it sets on the first read. */
export async function cachedCookie(auth: BetterAuth, cookie: string): Promise<string> {
  const { headers } = await auth.api.getSession({
    headers: new Headers({ cookie }),
    returnHeaders: true,
  });
  const set = headers.getSetCookie().find((field) => field.includes("session_data="));
  if (set === undefined) throw failed("better-auth, cookie cache");
  return set.split(";", 1)[0] ?? "";
}
