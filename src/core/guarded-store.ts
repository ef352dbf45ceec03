import type { Clock } from "../util/clock.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { AuthError } from "./errors.ts";
import type { Store } from "./ports.ts";
import { originOf, type SliceOrigin } from "./slice-origin.ts";

/**
 * The store as the engine sees it. It is opened before the first call, by whichever call comes first; every call has a
 * deadline and passes a circuit breaker; and what a method throws becomes `AuthError('store_unavailable')`, so that
 * "cannot be reached" is never taken for "signed out". A write that did not answer in time may have happened or not:
 * that is `AuthError('outcome_unknown')`, and it may be repeated.
 */
export type GuardedStore = Store & { open(): Promise<void>; close(): Promise<void> };

/** Methods that change nothing: when they do not answer, nothing is in doubt. */
const reads: ReadonlySet<string> = new Set([
  "find",
  "findByEmail",
  "findPassword",
  "listOf",
  "listPendingRevocations",
  "processes",
  "readData",
  "readRing",
  "sync",
]);

/** Background work that nobody waits for: it may take as long as it takes. */
const patient: ReadonlySet<string> = new Set(["onHint", "purge"]);

/** The breaker never stops a sync: it is how a store that comes back is noticed. */
const probe = "sync";

export function guardStore(
  store: Store,
  deps: {
    readonly clock: Clock;
    /** Milliseconds; below the lease, so that an answer still counts when it comes. */
    readonly deadlineMs: number;
    /** The first call came. It may not be answered: whoever begins now also notices when the store comes. */
    readonly onFirstCall: () => void;
    readonly onOpen: () => void;
    /** What the store threw, or that it did not answer; the caller is told only that it could not be reached. */
    readonly onFailure: (method: string, error: unknown) => void;
  },
): GuardedStore {
  const { clock, deadlineMs, onFirstCall, onOpen, onFailure } = deps;
  // One for each store of a mixture: when the users cannot be reached, the sessions still can.
  const breakers = new Map<SliceOrigin | null, CircuitBreaker>();
  let opening: Promise<void> | null = null;
  let wasCalled = false;
  let isOpen = false;

  function open(): Promise<void> {
    opening ??= openOnce().finally(() => {
      opening = null;
    });
    if (!wasCalled) {
      wasCalled = true;
      onFirstCall();
    }
    return opening;
  }

  async function openOnce(): Promise<void> {
    if (isOpen) return;
    await store.open?.();
    isOpen = true;
    onOpen();
  }

  function breakerOf(slice: object): CircuitBreaker {
    const origin = originOf(slice);
    const breaker = breakers.get(origin) ?? new CircuitBreaker(clock);
    breakers.set(origin, breaker);
    return breaker;
  }

  async function guardCall<Answer>(
    breaker: CircuitBreaker,
    name: string,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    if (!breaker.admit() && name !== probe) {
      throw unavailable(new Error("the circuit breaker is open"));
    }
    const late = Symbol("late");
    let answer: Answer | typeof late;
    try {
      const calling = isOpen ? call() : open().then(call);
      answer = patient.has(name) ? await calling : await withDeadline(calling, late);
    } catch (cause) {
      failed(breaker, name, cause);
      throw unavailable(cause);
    }
    if (answer !== late) {
      breaker.succeeded();
      return answer;
    }
    const cause = new Error(`${store.traits.name}: ${name} did not answer within ${deadlineMs} ms`);
    failed(breaker, name, cause);
    throw reads.has(name)
      ? unavailable(cause)
      : new AuthError("outcome_unknown", { cause, retryAfterSeconds: 1 });
  }

  function failed(breaker: CircuitBreaker, name: string, error: unknown): void {
    breaker.failed();
    onFailure(name, error);
  }

  function withDeadline<Answer, Late>(answer: Promise<Answer>, late: Late): Promise<Answer | Late> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer | Late>();
    const cancel = clock.schedule(deadlineMs, () => resolve(late));
    answer.then(resolve, reject).finally(cancel);
    return promise;
  }

  function guardSlice<Slice extends object>(slice: Slice): Slice {
    const guarded: Record<string, unknown> = {};
    const breaker = breakerOf(slice);
    for (const name of methodNames(slice)) {
      const method: unknown = Reflect.get(slice, name);
      if (typeof method !== "function") continue;
      guarded[name] = (...input: unknown[]): Promise<unknown> =>
        guardCall(breaker, name, () => Reflect.apply(method, slice, input) as Promise<unknown>);
    }
    return guarded as Slice;
  }

  return {
    traits: store.traits,
    sessions: guardSlice(store.sessions),
    revocation: guardSlice(store.revocation),
    keys: guardSlice(store.keys),
    ...(store.users && { users: guardSlice(store.users) }),
    ...(store.credentials && { credentials: guardSlice(store.credentials) }),
    ...(store.attempts && { attempts: guardSlice(store.attempts) }),
    open: () => guardCall(breakerOf(store.sessions), "open", async () => undefined),
    close: async () => store.close?.(),
  };
}

function unavailable(cause: unknown): AuthError {
  return new AuthError("store_unavailable", { cause, retryAfterSeconds: 1 });
}

/** A slice may be a plain object or an instance of a class. */
function methodNames(slice: object): ReadonlySet<string> {
  const names = new Set<string>();
  let holder: object | null = slice;
  while (holder !== null && holder !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (name !== "constructor") names.add(name);
    }
    holder = Reflect.getPrototypeOf(holder);
  }
  return names;
}
