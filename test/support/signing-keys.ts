import type { AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import type { VerificationKey } from "../../src/core/access-tokens/node-keys.ts";
import { signCompact } from "../../src/core/access-tokens/node-signer.ts";
import { verifyCompact } from "../../src/core/access-tokens/node-verifier.ts";
import { createEngine, type Engine } from "../../src/core/engine.ts";
import type { Store } from "../../src/core/ports.ts";
import { testSecret } from "./auth.ts";
import { passTime } from "./pass-time.ts";
import { must, reasonOf } from "./tokens.ts";

export const issuer = "https://auth.example.com";

export const day = 86_400_000;

/** Engines of one deployment: one store, clocks that agree, access tokens. */
export function tokenDeployment(storeOf: () => Store = oneMemoryStore()): TokenDeployment {
  const clock = new FakeClock();
  return {
    clock,
    engine(options = {}) {
      const engine = createEngine({
        secret: testSecret,
        store: storeOf(),
        strategy: "hybrid",
        clock,
        ...options,
      });
      engine.events.on("warning", () => undefined);
      // A leap of the clock makes every call late that was under way.
      engine.events.on("store.failed", () => undefined);
      return engine;
    },
    async pass(ms, lastMs = 61_000) {
      const last = Math.min(ms, lastMs);
      clock.advance(ms - last);
      await passTime(clock, last);
    },
  };
}

export interface TokenDeployment {
  readonly clock: FakeClock;
  readonly engine: (options?: Partial<AuthOptions>) => Engine;
  /** Lets time pass; its last minute (or `lastMs`) as it does, with all that is done in the background. */
  readonly pass: (ms: number, lastMs?: number) => Promise<void>;
}

function oneMemoryStore(): () => Store {
  const store = memoryStore();
  return () => store;
}

/** An access token for a user, signed with the key that signs now. */
export async function issue(engine: Engine, lifetimeMs = 300_000): Promise<string> {
  await engine.keys.makeCurrent();
  const seconds = Math.floor(engine.time.now() / 1000);
  const claims = {
    iss: issuer,
    sub: "user-1",
    aud: issuer,
    client_id: issuer,
    jti: "token-1",
    iat: seconds,
    exp: seconds + lifetimeMs / 1e3,
  };
  return signCompact({ typ: "at+jwt" }, claims, must(engine.keys.signingKey()));
}

/** What an engine says of a token: `verified`, or why not. */
export async function verdictOf(engine: Engine, token: string): Promise<string> {
  await engine.keys.makeCurrent();
  const keyOf = (kid: string): VerificationKey | null => engine.keys.verificationKey(kid);
  const rules = {
    typ: "at+jwt",
    issuer,
    audience: issuer,
    now: engine.time.now(),
    toleranceMs: 0,
    maxBytes: 8192,
  };
  return reasonOf(verifyCompact(token, keyOf, rules));
}
