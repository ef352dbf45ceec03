import { bounds, type WorldBounds } from "./bounds.ts";

/** A rule, what the code would be like without it, and a small world in which the explorer must notice. */
export interface Mutant {
  /** The rule that is broken. */
  readonly rule: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly world: WorldBounds;
  /** Whether it takes so many states that only continuous integration looks at it. */
  readonly isSlow?: boolean;
}

const resume = "core/sessions/resume.ts";
const follower = "core/revocation/follower.ts";
const revocationLog = "core/revocation/revocation-log.ts";
const bindings = "core/sessions/bindings.ts";
const sessions = "core/sessions/sessions.ts";

const noPolls = { polls: 0 };
const raced = bounds({
  processes: 2,
  acts: [
    { does: "signIn", by: 1 },
    { does: "revokeAll", by: 2 },
  ],
  watch: ["new"],
  each: { checks: 0 },
  moves: 1,
});

/** Rule by rule: the lease, the view, failovers, sign-ins, waiting, outages, connections. */
export const mutants: readonly Mutant[] = [
  {
    rule: "the lease counts from when the sync was sent",
    file: follower,
    from: "this.lease.renew(laterBy(sent, answer.heldForMs ?? 0, this.#clock));",
    to: "this.lease.renew(instantOf(this.#clock));",
    world: bounds({}),
  },
  {
    rule: "past the lease nothing is judged without asking",
    file: resume,
    from: "!follower.lease.isFreshAt(monotonic, wall)",
    to: "false",
    world: bounds({ each: noPolls }),
  },
  {
    rule: "a read that took longer than the lease is asked again",
    file: "core/sessions/read-now.ts",
    from: "if (elapsedSince(answer.sent, deps.clock) > deps.leaseMs) continue;",
    to: "",
    world: bounds({ warm: false, each: noPolls }),
  },
  {
    rule: "the monotonic clock counts where the wall clock is set back",
    file: "core/revocation/lease.ts",
    from: "return byMonotonic > byWall ? byMonotonic : byWall;",
    to: "return byWall;",
    world: bounds({ each: { polls: 0, jumps: 1 } }),
  },
  {
    rule: "the wall clock counts where the machine slept",
    file: "core/revocation/lease.ts",
    from: "return byMonotonic > byWall ? byMonotonic : byWall;",
    to: "return byMonotonic;",
    world: bounds({ sleeps: 1, each: noPolls }),
  },
  {
    rule: "a known session is judged by the view",
    file: resume,
    from: "if (known.judgedChanges !== changes) {",
    to: "if (known.judgedChanges < 0) {",
    world: bounds({}),
  },
  {
    rule: "an entry that names a known session outdates it",
    file: resume,
    from: "if (view.lastSeqOf(resumed.session) > known.position) return null;",
    to: "",
    world: bounds({ acts: [{ does: "updateAll", by: 1 }] }),
  },
  {
    rule: "an entry that came after a read was sent outdates it",
    file: "core/sessions/read-now.ts",
    from: "follower.view.lastSeqOf(session) > answer.position",
    to: "follower.view.lastSeqOf(session) < 0",
    world: bounds({ acts: [{ does: "updateAll", by: 1 }], warm: "synced", moves: 0 }),
  },
  {
    rule: "what a process ends itself, it knows at once",
    file: sessions,
    from: 'if (verdict.outcome !== "revoked") return verdict;\n    log.learn(verdict.entries);',
    to: 'if (verdict.outcome !== "revoked") return verdict;',
    world: bounds({ moves: 0 }),
  },
  {
    rule: "one sync is in flight, and the cursor never goes back",
    file: follower,
    from: "this.#inFlight ??= this.#syncOnce()",
    to: "this.#inFlight = this.#syncOnce()",
    world: bounds({
      acts: [
        { does: "revoke", by: 1 },
        { does: "revoke", by: 1, session: "other" },
      ],
      moves: 0,
      each: { checks: 0, polls: 2, hints: 2 },
    }),
  },
  {
    rule: "the cursor moves to the last entry received, not to a place known otherwise",
    isSlow: true,
    file: follower,
    from: "if (entry.seq > (this.#cursor?.seq ?? 0)) this.#unconfirmed.set(entry.id, entry);",
    to: "this.#cursor = { seq: entry.seq, entryId: entry.id };",
    world: bounds({
      processes: 2,
      acts: [
        { does: "revoke", by: 2 },
        { does: "revoke", by: 1, session: "other" },
      ],
      idle: [2],
      steps: [2_001],
      moves: 1,
    }),
  },
  {
    rule: "a lost log is mended from what processes hold",
    file: follower,
    from: "await this.#writeBack(missing, storeNow);",
    to: "",
    world: bounds({ losses: 1, moves: 1, steps: [2_001], each: { polls: 2 } }),
  },
  {
    rule: "what a process has logged itself is missed when a sync does not bring it",
    file: follower,
    from: "this.#unconfirmed.set(entry.id, entry);",
    to: ";",
    world: bounds({ losses: 1, losesUnread: true, moves: 0, each: { checks: 0, polls: 1 } }),
  },
  {
    rule: "without a lease nothing is decided, also where a read is answered",
    file: revocationLog,
    from: "if (!wasSyncing || follower.isFailing) throw error;",
    to: "return follower;",
    world: bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2, propagated: true }],
      idle: [2],
      steps: [3_000],
      failures: 1,
      moves: 1,
      each: noPolls,
    }),
  },
  {
    rule: "an entry that is written back keeps its cut",
    isSlow: true,
    file: "stores/memory/log.ts",
    from: "restored.push({ ...entry, seq: this.#nextSeq(now) });",
    to: "const seq = this.#nextSeq(now); restored.push({ ...entry, seq, cut: seq });",
    world: bounds({
      acts: [
        { does: "revokeAll", by: 1 },
        { does: "signIn", by: 1 },
      ],
      watch: ["new"],
      losses: 1,
      moves: 0,
      each: { checks: 0, polls: 2 },
    }),
  },
  {
    rule: "a mark is taken when the request comes, not when the session is started",
    isSlow: true,
    file: sessions,
    from: "let mark = input.mark ?? (await markOf(input, partition));",
    to: "let mark = log.heads[partition] ?? 0;",
    world: raced,
  },
  {
    rule: "a sign-in below the watermark is refused by the store",
    file: "stores/memory/sessions.ts",
    from: "const ending = watermarks.endingOf(session);",
    to: "const ending = watermarks.endingOf({ ...session, mark: Infinity });",
    world: raced,
  },
  {
    rule: "a sign-in is not tried again past a revocation that came after its request",
    file: sessions,
    from: "verdict.decidedAt >= input.position.requestedAt",
    to: "attempt === 2",
    world: raced,
  },
  {
    rule: "a sign-in is tried again past a revocation that came before its request",
    file: sessions,
    from: "verdict.decidedAt >= input.position.requestedAt",
    to: "attempt > 0",
    world: raced,
  },
  {
    rule: "the mark of the session that goes on is raised",
    file: "stores/memory/revocation.ts",
    from: "if (excepted !== undefined) goOn(excepted, seq, except?.secretHash);",
    to: "if (excepted !== undefined) goOn(excepted, excepted.record.mark, except?.secretHash);",
    world: bounds({ acts: [{ does: "revokeAll", by: 1, except: "victim" }] }),
  },
  {
    rule: "a process counts as live for its lease",
    file: revocationLog,
    from: "deps.config.leaseMs + deps.config.longestStaleForMs + 1",
    to: "deps.config.leaseMs / 2",
    world: bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2, propagated: true }],
      moves: 1,
      each: noPolls,
    }),
  },
  {
    rule: "a process counts as live for its longest staleFor, the last millisecond too",
    file: revocationLog,
    from: "deps.config.leaseMs + deps.config.longestStaleForMs + 1",
    to: "deps.config.leaseMs + deps.config.longestStaleForMs",
    world: bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2, propagated: true }],
      idle: [2],
      staleForMs: 1_000,
      steps: [3_000],
      moves: 1,
      failures: 2,
      each: noPolls,
    }),
  },
  {
    rule: "propagated waits for every live process",
    file: "core/revocation/propagation.ts",
    from: "acknowledged < seq",
    to: "acknowledged < 0",
    world: bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2, propagated: true }],
      moves: 0,
      each: noPolls,
    }),
  },
  {
    rule: "a process serves nothing before its first sync",
    file: resume,
    from: "await log.healed(partitionOfSession(sessionId, partitions));",
    to: "log.followers[partitionOfSession(sessionId, partitions)]!;",
    world: bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2, propagated: true }],
      idle: [2],
      warm: false,
      moves: 0,
      each: noPolls,
    }),
  },
  {
    rule: "in an outage, what is known to have ended is not gone on with",
    file: resume,
    from: "follower === undefined || follower.view.hasEnded(resumed.session)",
    to: "follower === undefined",
    world: bounds({ staleForMs: 3_000, failures: 2, each: { checks: 2, polls: 0 } }),
  },
  {
    rule: "in an outage, what is known ages from the last sync",
    file: resume,
    from: "ageMs: follower.lease.ageMs",
    to: "ageMs: 0",
    world: bounds({ staleForMs: 1_000, failures: 2, steps: [3_500], moves: 1, each: noPolls }),
  },
  {
    rule: "connections are judged after every sync",
    file: bindings,
    from: "log.onSettled((partition, entries) => partitions[partition]?.settled(entries));",
    to: "",
    world: bounds({ moves: 1, each: { checks: 0, bindings: 1 } }),
  },
  {
    rule: "a connection that nobody can judge is closed after its staleFor",
    file: bindings,
    from: "this.#follower.lease.ageMs > this.#deps.leaseMs + binding.staleForMs",
    to: "this.#follower.lease.ageMs > Infinity",
    world: bounds({
      processes: 2,
      acts: [{ does: "revoke", by: 2 }],
      steps: [3_001],
      moves: 1,
      failures: 1,
      each: { checks: 0, bindings: 1 },
    }),
  },
];
