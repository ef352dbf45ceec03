import type { Store } from "symbolon";

/** A store whose calls are counted. */
export interface CountedStore {
  readonly store: Store;
  /** All calls so far. */
  readonly calls: () => number;
  /** The reads of sessions among them. */
  readonly reads: () => number;
}

/** Counts the calls of the slices that checks can reach: sessions, revocation and keys. */
export function countCalls(inner: Store): CountedStore {
  let calls = 0;
  let reads = 0;
  const counted = <Slice extends object>(slice: Slice): Slice =>
    new Proxy(slice, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== "function") return method;
        return (...input: unknown[]): unknown => {
          calls += 1;
          if (name === "find") reads += 1;
          return Reflect.apply(method, target, input);
        };
      },
    });
  return {
    store: {
      ...inner,
      sessions: counted(inner.sessions),
      revocation: counted(inner.revocation),
      keys: counted(inner.keys),
    },
    calls: () => calls,
    reads: () => reads,
  };
}
