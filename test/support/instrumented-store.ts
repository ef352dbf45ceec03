import type { Store } from "symbolon";

/** A call that is held open. */
export interface HeldCall {
  /** Resolves when the call has come to where it is held. */
  readonly reached: Promise<void>;
  release(): void;
}

interface Hold {
  readonly moment: "before" | "after";
  readonly arrive: () => void;
  readonly released: Promise<void>;
}

/** A store that notes its calls, holds them open, and fails when it is told to. */
export class InstrumentedStore {
  readonly store: Store;
  /** What every call throws while it is set. */
  failure: Error | null = null;
  #calls: string[] = [];
  readonly #holds = new Map<string, Hold[]>();

  constructor(inner: Store) {
    const { sessions, revocation, users, credentials, attempts } = inner;
    this.store = {
      ...inner,
      sessions: this.#instrument("sessions", sessions),
      revocation: this.#instrument("revocation", revocation),
      ...(users && { users: this.#instrument("users", users) }),
      ...(credentials && { credentials: this.#instrument("credentials", credentials) }),
      ...(attempts && { attempts: this.#instrument("attempts", attempts) }),
    };
  }

  /** The calls since this was last asked, as `slice.method`. */
  takeCalls(): readonly string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  /** Holds the next call of `slice.method`: before the store sees it, or with its answer on the way. */
  hold(name: string, moment: "before" | "after" = "before"): HeldCall {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const hold = { moment, arrive: arrived.resolve, released: released.promise };
    this.#holds.set(name, [...(this.#holds.get(name) ?? []), hold]);
    return { reached: arrived.promise, release: released.resolve };
  }

  #instrument<Slice extends object>(sliceName: string, slice: Slice): Slice {
    return new Proxy(slice, {
      get: (target, name, receiver) => {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== "function") return method;
        return (...input: unknown[]): Promise<unknown> =>
          this.#call(
            `${sliceName}.${String(name)}`,
            () => Reflect.apply(method, target, input) as Promise<unknown>,
          );
      },
    });
  }

  async #call(name: string, run: () => Promise<unknown>): Promise<unknown> {
    this.#calls.push(name);
    const hold = this.#holds.get(name)?.shift();
    if (hold?.moment === "before") await pause(hold);
    if (this.failure !== null) throw this.failure;
    const answer = await run();
    if (hold?.moment === "after") await pause(hold);
    return answer;
  }
}

function pause({ arrive, released }: Hold): Promise<void> {
  arrive();
  return released;
}
