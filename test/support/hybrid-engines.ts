import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { createEngine, type Engine } from "../../src/core/engine.ts";
import type { EngineOptions } from "../../src/core/options.ts";
import type { RefreshResult } from "../../src/core/refresh-tokens/refresher.ts";
import { testSecret } from "./auth.ts";
import { InstrumentedStore } from "./instrumented-store.ts";
import { withStoreClock } from "./store-clock.ts";
import { must } from "./tokens.ts";

/** One process: an engine, its own clock, and its calls of the store. */
export interface HybridProcess {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly store: InstrumentedStore;
}

/** A login as its client has it. */
export interface Login {
  readonly sessionId: string;
  readonly refreshToken: string;
}

/** Processes with the strategy `hybrid` on one memory, which give each other no hints: they hear of each other by polling. */
export class HybridEngines {
  readonly clock: FakeClock = new FakeClock();
  readonly memory: ReturnType<typeof memoryStore> = memoryStore();
  readonly processes: HybridProcess[] = [];

  start(options: Partial<EngineOptions> = {}): HybridProcess {
    const clock = new FakeClock(this.clock.now());
    const { revocation } = this.memory;
    const deaf = { ...revocation, onHint: async () => async () => undefined };
    const store = new InstrumentedStore(
      withStoreClock({ ...this.memory, revocation: deaf }, this.clock),
    );
    const shared = { secret: testSecret, store: store.store, strategy: "hybrid", clock } as const;
    const engine = createEngine({ ...shared, ...options });
    for (const name of ["warning", "store.failed"] as const) engine.events.on(name, () => {});
    const started = { engine, clock, store };
    this.processes.push(started);
    return started;
  }

  /** Lets time pass at once: polls begin, and have not ended. */
  advance(ms: number): void {
    for (const clock of [this.clock, ...this.processes.map((each) => each.clock)])
      clock.advance(ms);
  }
}

export async function signIn({ engine }: HybridProcess, userId = "user-1"): Promise<Login> {
  const { session, credential } = await engine.sessions.start({
    userId,
    tenantId: null,
    methods: [{ method: "pwd", authenticatedAt: engine.time.now() }],
    assuranceLevel: "aal1",
    persistent: false,
    userAgent: null,
    address: null,
    claims: {},
    replaces: null,
    position: engine.sessions.position(),
  });
  if (credential.kind === "session token") throw new TypeError("the strategy is not hybrid");
  return { sessionId: session.id, refreshToken: credential.refreshToken };
}

export function refreshAt(
  { engine }: HybridProcess,
  token: string,
  canStore = true,
): Promise<RefreshResult> {
  return must(engine.tokens?.refresher).refresh(token, { address: "192.0.2.1", canStore });
}

/** The next token of an answer that must have one. */
export async function childOf(process: HybridProcess, token: string): Promise<string> {
  const result = await refreshAt(process, token);
  return must(result.outcome === "refreshed" ? result.refreshToken : null);
}
