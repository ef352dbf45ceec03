import { setImmediate as turn } from "node:timers/promises";
import type { KeyObject } from "node:crypto";
import { createAuth, type Auth, type AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { createEngine, type Engine } from "../../src/core/engine.ts";
import { failed } from "../harness/contestant.ts";
import { countCalls, type CountedStore } from "../harness/counting-store.ts";

/** Who issues the tokens that are measured, and for whom: short names, as their authors choose them. */
export const expected = { issuer: "https://example.com", audience: "api" } as const;

const secret = "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-bench";

/** The options of an engine that issues access tokens. */
export function tokenOptions(
  strategy: "hybrid" | "jwt",
  algorithm: AlgorithmName,
  cacheSize: number,
): Omit<AuthOptions, "store"> {
  return {
    secret,
    baseUrl: "https://example.com",
    strategy,
    accessTokens: { ...expected, algorithm, lifetime: "24h", cacheSize },
  };
}

/** An engine on a memory store, with access tokens that it has issued. */
export interface TokenWorld {
  readonly auth: Auth;
  readonly counted: CountedStore;
  /** In compact serialisation. */
  readonly tokens: readonly string[];
  /** What verifies them: a public key, or the secret of HS256. */
  readonly key: KeyObject;
  /** Authenticates them all once. */
  readonly seeAll: () => Promise<void>;
}

/** Makes an engine and signs so many users in. */
export async function tokenWorld({
  strategy = "jwt",
  algorithm,
  count,
  cacheSize = 2 * count,
}: {
  readonly strategy?: "hybrid" | "jwt";
  readonly algorithm: AlgorithmName;
  readonly count: number;
  readonly cacheSize?: number;
}): Promise<TokenWorld> {
  const counted = countCalls(memoryStore({ maxSessions: 2 * count + 1_000 }));
  const options = tokenOptions(strategy, algorithm, cacheSize);
  const auth = createAuth({ ...options, store: counted.store });
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) tokens.push(await signIn(auth, index));
  return {
    auth,
    counted,
    tokens,
    key: await keyOf(counted, options, tokens[0] ?? ""),
    async seeAll() {
      await turn();
      for (const token of tokens) {
        if ((await auth.authenticate({ authorization: `Bearer ${token}` })) === null) {
          throw failed("symbolon");
        }
      }
    },
  };
}

async function signIn(auth: Auth, index: number): Promise<string> {
  const { tokens } = await auth.signIn(
    { userId: `user-${index}`, claims: { role: "member" }, delivery: "body" },
    { method: "POST", headers: { host: "example.com" } },
  );
  const { accessToken = "" } = tokens ?? {};
  if (accessToken === "") throw failed("symbolon");
  return accessToken;
}

/** The key of a token, which for HS256 is told to nobody, so that an engine of the same store is asked. */
async function keyOf(
  { store }: CountedStore,
  { secret: sealedBy, strategy = "jwt", accessTokens = {} }: Omit<AuthOptions, "store">,
  token: string,
): Promise<KeyObject> {
  const engine = createEngine({ secret: sealedBy, store, strategy, accessTokens });
  try {
    await engine.keys.makeCurrent();
    const header: { readonly kid: string } = JSON.parse(
      Buffer.from(token.slice(0, token.indexOf(".")), "base64url").toString(),
    );
    const found = engine.keys.verificationKey(header.kid);
    if (found === null) throw new Error("the key of a token is not there");
    return found.key;
  } finally {
    await engine.close();
  }
}

/** An engine whose issuer can be asked without a sign-in. */
export async function issuingEngine(algorithm: AlgorithmName): Promise<Engine> {
  const { strategy = "jwt", accessTokens = {} } = tokenOptions("jwt", algorithm, 0);
  const engine = createEngine({ secret, store: memoryStore(), strategy, accessTokens });
  await engine.keys.makeCurrent();
  return engine;
}
