import { createSecretKey } from "node:crypto";
import { encodeBase64url } from "../../../src/util/base64url.ts";
import type { Store } from "../../../src/core/ports.ts";
import type { RequestPosition } from "../../../src/core/sessions/sessions.ts";
import type { PresentedSessionToken } from "../../../src/core/sessions/session-token.ts";
import { leaseMs, nothing, type WorldBounds } from "./bounds.ts";
import type { Network } from "./network.ts";
import type { Oracle, Witness } from "./oracle.ts";
import type { EngineParts } from "./parts.ts";
import { ProcessClock } from "./process-clock.ts";

const tagKey = createSecretKey(new Uint8Array(32));

/**
 * Something that a process is in the middle of. Where it stands is told by what has come back to the process since; what
 * it remembers of its calls is told by them.
 */
export interface Operation {
  readonly begun: string;
  arrivals: string;
}

/** One process: the engine's own parts, wired as `src/core/engine.ts` wires them, on clocks and a network of the world's. */
export type Process = ReturnType<typeof makeProcess>;

export function makeProcess(
  parts: EngineParts,
  deps: {
    readonly number: number;
    readonly network: Network;
    readonly store: () => Pick<Store, "sessions" | "revocation">;
    readonly bounds: WorldBounds;
  },
): Witness & {
  readonly clock: ProcessClock;
  readonly log: InstanceType<EngineParts["RevocationLog"]>;
  readonly time: InstanceType<EngineParts["StoreTime"]>;
  readonly cache: ReturnType<EngineParts["createSessionCache"]>;
  readonly resumer: ReturnType<EngineParts["createSessionResumer"]>;
  readonly sessions: ReturnType<EngineParts["createSessions"]>;
  readonly directory: ReturnType<EngineParts["createSessionDirectory"]>;
  readonly bindings: ReturnType<EngineParts["createBindings"]>;
  readonly hint: () => void;
  readonly left: { -readonly [Kind in keyof WorldBounds["each"]]: number };
  /** What it is in the middle of. */
  readonly operations: Set<Operation>;
  /** What the last sync that succeeded told. */
  synced: { readonly sentAt: number; readonly cursor: string; readonly text: string };
  /** The ids of the entries that it has read by syncs. */
  readonly hasRead: Set<string>;
  /** Where the request stands that is about to sign in. */
  position: RequestPosition | null;
  signIn: ReturnType<Oracle["requested"]> | null;
  /** When it was last frozen, if it was. */
  thawedAt: number;
  /** Its name in the log. */
  readonly id: string;
  /** Why each bound connection was closed. */
  readonly connections: { closed: string | null }[];
} {
  const { number, network, store, bounds } = deps;
  const name = `P${number}`;
  const clock = new ProcessClock();
  const events = parts.createEventHub();
  const time = new parts.StoreTime(clock);
  const { revocation: revocationConfig, session: config } = configOf(parts, bounds);
  let drawn = 0;
  const random = (length: number): Uint8Array =>
    new Uint8Array(length).fill(number * 32 + (drawn += 1));
  const listeners: (() => void)[] = [];
  const known = (): string => `${clock.reading}/${log.followers[0]?.head}`;
  const revocation = {
    ...store().revocation,
    ...network.connect(
      name,
      () => store().revocation,
      ["sync", "restore", "processes", "revoke"],
      known,
    ),
    async onHint(listener: () => void) {
      listeners.push(listener);
      return async () => undefined;
    },
  };
  const sessionStore = {
    ...store().sessions,
    ...network.connect(name, () => store().sessions, ["find", "insert", "replaceClaimsOf"], known),
  };
  const log = new parts.RevocationLog({
    store: revocation,
    partitions: 1,
    clock,
    time,
    config: revocationConfig,
    random,
    events,
  });
  const cache = parts.createSessionCache(10);
  log.onReset(() => cache.clear());
  const sessions = parts.createSessions({
    store: { sessions: sessionStore, revocation },
    config,
    log,
    keys: { signingMac: async () => tagKey },
    refreshKeys: null,
    areUnrecorded: false,
    time,
    random,
    events,
  });
  return {
    name,
    clock,
    log,
    time,
    cache,
    sessions,
    resumer: parts.createSessionResumer({
      store: sessionStore,
      config,
      revocation: revocationConfig,
      log,
      cache,
      tagKeys: () => [tagKey],
      clock,
      time,
      touches: { note: (session) => session, flush: async () => undefined },
    }),
    directory: parts.createSessionDirectory({
      store: sessionStore,
      sessions,
      config,
      log,
      areUnrecorded: false,
      time,
    }),
    bindings: parts.createBindings({
      store: sessionStore,
      log,
      config,
      leaseMs,
      time,
      isKeyRevoked: () => false,
      onProblem(message, cause) {
        throw new Error(message, { cause });
      },
    }),
    hint: () => {
      for (const listener of listeners) listener();
    },
    left: { ...(bounds.idle.includes(number) ? nothing : bounds.each) },
    operations: new Set(),
    synced: { sentAt: 0, cursor: "-", text: "-" },
    hasRead: new Set(),
    position: null,
    signIn: null,
    thawedAt: 0,
    id: encodeBase64url(new Uint8Array(16).fill(number * 32 + 1)),
    connections: [],
    refused: new Set(),
    sawNewClaims: new Set(),
    told: new Set(),
    isFrozen: false,
  };
}

/** What the process knows and is in the middle of, as text; without the calls that are on their way. */
export function stateOf(process: Process, tokens: readonly PresentedSessionToken[]): string {
  const { clock, log, time, cache, left, synced, refused, sawNewClaims, hasRead } = process;
  const [follower] = log.followers;
  if (follower === undefined) return "";
  const { view, lease, head } = follower;
  const known = tokens.map(({ token }) => {
    const session = cache.get(token);
    if (session === undefined) return "-";
    const { position, believedUntil, believedUntilWall, watched, judgedChanges, resumed } = session;
    const { mark, claims } = resumed?.session ?? {};
    const isJudged = judgedChanges === view.changesOf(watched);
    return [
      position,
      believedUntil,
      believedUntilWall,
      isJudged,
      mark,
      JSON.stringify(claims),
    ].join();
  });
  return [
    clock.reading,
    time.offsetMs,
    Math.min(lease.ageMs, 10 * leaseMs),
    head,
    view.entries.map(({ id, seq }) => `${id}@${seq}`).join(),
    Object.values(left).join(),
    [synced.sentAt, synced.cursor, synced.text].join(),
    [...hasRead].join(),
    [...refused].sort().join(),
    [...sawNewClaims].sort().join(),
    [...process.told].sort().join(),
    process.isFrozen,
    JSON.stringify(process.position),
    process.connections.map(({ closed }) => closed ?? "open").join(),
    clock.has(false),
    ...known,
    ...Array.from(process.operations, ({ begun, arrivals }) => `${begun}:${arrivals}`).sort(),
  ].join(" ");
}

type Configs = {
  readonly revocation: ReturnType<EngineParts["resolveRevocationOptions"]>;
  readonly session: ReturnType<EngineParts["resolveSessionOptions"]>;
};
const configs = new WeakMap<EngineParts, Map<number, Configs>>();

/** Resolved once for all worlds of the same code. */
function configOf(parts: EngineParts, { staleForMs }: WorldBounds): Configs {
  const known = configs.get(parts) ?? new Map<number, Configs>();
  configs.set(parts, known);
  const made = known.get(staleForMs) ?? {
    revocation: parts.resolveRevocationOptions({
      lease: leaseMs,
      longestStaleFor: Math.max(1, staleForMs),
    }),
    session: parts.resolveSessionOptions({ idle: "400d", absolute: "400d" }),
  };
  known.set(staleForMs, made);
  return made;
}
