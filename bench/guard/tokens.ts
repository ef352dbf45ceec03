import { createSecretKey, randomBytes } from "node:crypto";
import type { JwtPayload, VerifyOptions } from "jsonwebtoken";
import { failed, type Entrant } from "../harness/contestant.ts";
import { FreshHeaders, type RawHeaders } from "../harness/headers.ts";
import { inFlight } from "../harness/in-flight.ts";

const secret = randomBytes(32);
const irrevocable = "a token or seal: good until it expires, whatever is revoked";
/** WebCrypto answers from other threads, by way of the event loop, which these requests share. */
const width = 64;

/** Tokens of HS256, as they come in an `Authorization` field. */
async function bearerFields(sessions: number): Promise<string[]> {
  const { default: jsonwebtoken } = await import("jsonwebtoken");
  const key = createSecretKey(secret);
  return Array.from({ length: sessions }, (_, index) => {
    const claims = {
      sub: `user-${index}`,
      sid: randomBytes(16).toString("base64url"),
      role: "member",
    };
    const token = jsonwebtoken.sign(claims, key, {
      algorithm: "HS256",
      issuer: "https://app.example.com",
      audience: "app",
      expiresIn: "1d",
    });
    return `Bearer ${token}`;
  });
}

function tokenOf(headers: RawHeaders): string {
  return (headers["authorization"] ?? "").slice("Bearer ".length);
}

const expected = { issuer: "https://app.example.com", audience: "app" } as const;

/** Tokens and seals, which hold all that is asked of them. */
export function tokenEntrants(sessions: number): Entrant[] {
  return [
    {
      name: "jsonwebtoken, HS256",
      async make() {
        const { default: jsonwebtoken } = await import("jsonwebtoken");
        const key = createSecretKey(secret);
        const fresh = new FreshHeaders(await bearerFields(sessions), "authorization");
        const options: VerifyOptions = {
          algorithms: ["HS256"],
          ...expected,
        };
        return {
          kind: "peer",
          note: `with a KeyObject; ${irrevocable}`,
          batch(count) {
            const inputs = fresh.take(count);
            return () => {
              for (const headers of inputs) {
                const payload = jsonwebtoken.verify(tokenOf(headers), key, options) as JwtPayload;
                if (payload.sub === undefined) throw failed("jsonwebtoken");
              }
            };
          },
        };
      },
    },
    {
      name: "jose, HS256",
      async make() {
        const { jwtVerify } = await import("jose");
        const key = createSecretKey(secret);
        const fresh = new FreshHeaders(await bearerFields(sessions), "authorization");
        const options = { algorithms: ["HS256"], ...expected };
        return {
          kind: "peer",
          note: `with a KeyObject, ${width} in flight; ${irrevocable}`,
          batch(count) {
            const inputs = fresh.take(count);
            return () =>
              inFlight(inputs, width, async (headers) => {
                const { payload } = await jwtVerify(tokenOf(headers), key, options);
                if (payload.sub === undefined) throw failed("jose");
              });
          },
        };
      },
    },
    { name: "fast-jwt, HS256", make: () => fastJwt(sessions, false) },
    { name: "fast-jwt, HS256, its cache", make: () => fastJwt(sessions, true) },
    { name: "iron-session", make: () => ironSession(sessions) },
  ];
}

async function fastJwt(sessions: number, caches: boolean): ReturnType<Entrant["make"]> {
  const { createVerifier } = await import("fast-jwt");
  const verify = createVerifier({
    key: secret,
    algorithms: ["HS256"],
    allowedIss: expected.issuer,
    allowedAud: expected.audience,
    ...(caches && { cache: 2 * sessions }),
  });
  const fresh = new FreshHeaders(await bearerFields(sessions), "authorization");
  return {
    kind: "peer",
    note: caches ? `every token is in its cache; ${irrevocable}` : irrevocable,
    batch(count) {
      const inputs = fresh.take(count);
      return () => {
        for (const headers of inputs) {
          const payload = verify(tokenOf(headers)) as { readonly sub?: string };
          if (payload.sub === undefined) throw failed("fast-jwt");
        }
      };
    },
    async settle() {
      if (!caches) return;
      for (const headers of fresh.take(sessions)) verify(tokenOf(headers));
    },
  };
}

async function ironSession(sessions: number): ReturnType<Entrant["make"]> {
  const { getIronSession, sealData } = await import("iron-session");
  const password = secret.toString("base64url");
  const options = { cookieName: "session", password };
  const { ServerResponse, IncomingMessage } = await import("node:http");
  const { Socket } = await import("node:net");
  const cookies = await Promise.all(
    Array.from(
      { length: sessions },
      async (_, index) =>
        `session=${await sealData({ userId: `user-${index}`, role: "member" }, { password })}`,
    ),
  );
  const fresh = new FreshHeaders(cookies);
  const socket = new Socket();
  return {
    kind: "peer",
    note: `getIronSession, ${width} in flight; ${irrevocable}`,
    batch(count) {
      const inputs = fresh.take(count).map((headers) => {
        const request = Object.assign(new IncomingMessage(socket), { headers });
        return { request, response: new ServerResponse(request) };
      });
      return () =>
        inFlight(inputs, width, async ({ request, response }) => {
          const session = await getIronSession<{ userId?: string }>(request, response, options);
          if (session.userId === undefined) throw failed("iron-session");
        });
    },
  };
}
