import type { Logged } from "../../../src/core/revocation/revocation-store.ts";
import type { KnownSession, SessionRecord } from "../../../src/core/sessions/session-store.ts";
import { leaseMs, settledSessions } from "./bounds.ts";

/** What a process found a session to be; "unknown": the store could not be asked. */
export type Finding = KnownSession | "ended" | "unknown";

/** What the oracle remembers of a process. */
export interface Witness {
  readonly name: string;
  readonly refused: Set<string>;
  readonly sawNewClaims: Set<string>;
  /** What its own acts have been answered: the sessions that it ended, and "changed". */
  readonly told: Set<string>;
  /** Frozen, and has not synced since: nobody can promise anything of it. */
  isFrozen: boolean;
}

/** What is true of a session, whoever knows it. */
interface Facts {
  readonly userId: string | null;
  /** When it was ended, and by which entry. */
  end: { readonly at: number; readonly entryId: string } | null;
  /** It may be refused or not: it was started while it was being revoked, or lost with the store. */
  isOpen: boolean;
}

/** A sign-in under way. */
interface SignIn {
  readonly requestedAt: number;
  readonly calledBefore: ReadonlySet<string>;
  readonly committedBefore: ReadonlySet<string>;
  /** The store has lost what there was when it began. */
  sawLoss: boolean;
  /** The revocation that it must not survive. */
  condemnedBy: { readonly at: number; readonly entryId: string } | null;
}

/**
 * Knows what was decided and when, because it sees every act as the store commits it, and says what no process may do
 * after that. It shares no code with the engine.
 */
export class Oracle {
  violation: string | null = null;
  readonly #facts = new Map<string, Facts>(
    Object.values(settledSessions).map(({ id, userId }) => [
      id,
      { userId, end: null, isOpen: false },
    ]),
  );
  /** Revocations of all of the user's sessions, by what they say: when they were called. */
  readonly #called = new Map<string, number>();
  readonly #committed = new Set<string>();
  readonly #signIns: SignIn[] = [];
  readonly #cursors = new Map<string, number>();
  #changedAt: number | null = null;
  #isPropagated = false;
  #lostAt: number | null = null;
  /** Who has read, by the log, the entries that were lost. */
  #knewOfLost: ReadonlySet<string> = new Set();
  readonly #restoredAt = new Map<string, number>();

  blame(what: string): void {
    this.violation ??= what;
  }

  revokeAllCalled(except: string | undefined, now: number): void {
    this.#called.set(except ?? "nobody", now);
  }

  revoked(
    scope: string,
    id: string,
    except: string | undefined,
    [logged]: readonly Logged[],
    now: number,
  ): void {
    const end = { at: now, entryId: logged?.entry.id ?? "" };
    if (scope === "session") return this.#end(id, end);
    const call = except ?? "nobody";
    this.#committed.add(call);
    for (const [sessionId, { userId }] of this.#facts) {
      if (userId === id && sessionId !== except) this.#end(sessionId, end);
    }
    for (const signIn of this.#signIns) {
      if (!signIn.calledBefore.has(call)) signIn.condemnedBy ??= end;
    }
  }

  #end(sessionId: string, end: Facts["end"]): void {
    const facts = this.#facts.get(sessionId);
    if (facts !== undefined) facts.end ??= end;
  }

  requested(now: number): SignIn {
    const signIn: SignIn = {
      requestedAt: now,
      calledBefore: new Set(this.#called.keys()),
      committedBefore: new Set(this.#committed),
      sawLoss: false,
      condemnedBy: null,
    };
    this.#signIns.push(signIn);
    return signIn;
  }

  /** The store has taken the session of the (only) sign-in. */
  inserted({ id, userId }: SessionRecord): void {
    const [signIn] = this.#signIns;
    // A store that has lost the revocation takes it, until somebody writes that back.
    if ((signIn?.condemnedBy ?? null) !== null && this.#lostAt === null) {
      this.blame("a sign-in survives the revocation that came after its request");
    }
    const isOpen = signIn === undefined || signIn.sawLoss || isDuring(signIn);
    this.#facts.set(id, { userId, end: signIn?.condemnedBy ?? null, isOpen });
  }

  /** The sign-in was told that it had been superseded. */
  superseded(signIn: SignIn): void {
    const { requestedAt, condemnedBy } = signIn;
    if (condemnedBy !== null || isDuring(signIn)) return;
    // Within one millisecond nobody can say which came first.
    if ([...this.#called.values()].some((calledAt) => calledAt >= requestedAt)) return;
    this.blame("refuses a sign-in that came after the revocation");
  }

  /** A process syncs from this place on: 0 for afresh. */
  synced(processId: string, from: number, isNext: boolean): void {
    if (from < (this.#cursors.get(processId) ?? 0)) this.blame("a process goes back in the log");
    this.#cursors.set(processId, isNext ? from : 0);
  }

  changed(now: number): void {
    this.#changedAt ??= now;
  }

  propagated(): void {
    this.#isPropagated = true;
  }

  lost(knew: ReadonlySet<string>, now: number): void {
    this.#lostAt = now;
    this.#knewOfLost = knew;
    for (const signIn of this.#signIns) signIn.sawLoss = true;
    for (const [id, facts] of this.#facts) {
      if (!isSettled(id)) facts.isOpen = true;
    }
  }

  knewOfLost(process: string): boolean {
    return this.#knewOfLost.has(process);
  }

  restored(entryIds: readonly string[], now: number): void {
    for (const id of entryIds) {
      if (!this.#restoredAt.has(id)) this.#restoredAt.set(id, now);
    }
  }

  /** A process has decided. `patienceMs`: for how long past the lease it chose to go on in an outage. */
  decided(by: Witness, id: string, found: Finding, now: number, patienceMs: number): void {
    const facts = this.#facts.get(id);
    if (facts === undefined || found === "unknown" || by.isFrozen) return;
    if (found === "ended") {
      if (facts.end === null && !facts.isOpen) this.blame(`${by.name} refuses a live session`);
      by.refused.add(id);
      return;
    }
    const deadline = this.#deadlineOf(facts, by);
    if (now > deadline + patienceMs) this.blame(`${by.name} accepts after the lease`);
    if (facts.end !== null && this.#isPropagated)
      this.blame(`${by.name} accepts after "propagated"`);
    if (by.told.has(id)) this.blame(`${by.name} accepts what it has ended itself`);
    if (by.refused.has(id)) this.blame(`${by.name} accepts what it had refused`);
    this.#judgeClaims(by, id, found, now, patienceMs);
  }

  #deadlineOf({ end }: Facts, by: Witness): number {
    if (end === null) return Infinity;
    const isForgotten =
      this.#lostAt !== null && end.at <= this.#lostAt && !this.#knewOfLost.has(by.name);
    const since = isForgotten ? this.#restoredAt.get(end.entryId) : end.at;
    return (since ?? Infinity) + leaseMs;
  }

  #judgeClaims(
    by: Witness,
    id: string,
    found: KnownSession,
    now: number,
    patienceMs: number,
  ): void {
    if (found.userId !== "u" || this.#changedAt === null) return;
    const isOld = found.claims["role"] === undefined;
    if (!isOld) by.sawNewClaims.add(id);
    else if (by.sawNewClaims.has(id)) this.blame(`${by.name} shows old claims after new ones`);
    else if (by.told.has("changed"))
      this.blame(`${by.name} shows claims that it has changed itself`);
    else if (now > this.#changedAt + leaseMs + patienceMs) {
      this.blame(`${by.name} shows old claims after the lease`);
    }
  }

  /** Whether the store had lost the entry at that time, and nobody has given it back since. */
  isMissing(entryId: string, at: number): boolean {
    const lostAt = this.#lostAt ?? Infinity;
    const wasLost = ({ end }: Facts): boolean => end?.entryId === entryId && end.at < lostAt;
    if (at < lostAt || this.#restoredAt.has(entryId)) return false;
    return [...this.#facts.values()].some(wasLost);
  }

  /** The entries that ended sessions. */
  get endings(): readonly string[] {
    return [...this.#facts.values()].flatMap(({ end }) => (end === null ? [] : [end.entryId]));
  }

  /** The moment up to which a connection of this session may stay open: null while it may. */
  endOf(id: string): number | null {
    return this.#facts.get(id)?.end?.at ?? null;
  }

  key(): string {
    return JSON.stringify([
      [...this.#facts.entries()],
      [...this.#called],
      this.#signIns.map((each) => [
        each.requestedAt,
        [...each.calledBefore],
        [...each.committedBefore],
        each.sawLoss,
        each.condemnedBy,
      ]),
      this.#changedAt,
      this.#isPropagated,
      this.#lostAt,
      [...this.#restoredAt],
    ]);
  }
}

/** Whether its request came while a revocation was under way: then it may be taken to come before it or after it. */
function isDuring({ calledBefore, committedBefore }: SignIn): boolean {
  return [...calledBefore].some((call) => !committedBefore.has(call));
}

function isSettled(id: string): boolean {
  return Object.values(settledSessions).some((session) => session.id === id);
}
