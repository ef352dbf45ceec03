import type { Done, StoredSession } from "./ports.ts";
import { Store, type StoreBase } from "./store.ts";

/** Sessions in this process, as texts. For tests and for trying things out: it ends with the process, and grows without bound. */
export type MemoryStoreBase = StoreBase & {
  sessions: Record<string, string>;
  all(answer: (error: unknown, sessions: Record<string, StoredSession>) => void): void;
  clear(done?: Done): void;
  length(answer: (error: unknown, count?: number) => void): void;
  get(id: string, answer: (error: unknown, session?: StoredSession) => void): void;
  set(id: string, session: StoredSession, done?: Done): void;
  destroy(id: string, done?: Done): void;
  touch(id: string, session: StoredSession, done?: Done): void;
};

export interface MemoryStoreConstructor {
  new (): MemoryStoreBase;
  (this: unknown): void;
  readonly prototype: MemoryStoreBase;
}

function MemoryStoreFunction(this: MemoryStoreBase): void {
  Store.call(this);
  this.sessions = emptyRecord();
}
Object.setPrototypeOf(MemoryStoreFunction, Store);
MemoryStoreFunction.prototype = Object.create(Store.prototype, {
  constructor: { value: MemoryStoreFunction, configurable: true, writable: true },
});
Object.defineProperty(MemoryStoreFunction, "name", { value: "MemoryStore" });

/** The store that a middleware has when it is given none. */
export const MemoryStore: MemoryStoreConstructor =
  MemoryStoreFunction as unknown as MemoryStoreConstructor;

const methods: ThisType<MemoryStoreBase> & Omit<MemoryStoreBase, keyof StoreBase | "sessions"> = {
  all(answer) {
    const found: Record<string, StoredSession> = emptyRecord();
    for (const id of Object.keys(this.sessions)) {
      const session = currentOf(this, id);
      if (session !== undefined) found[id] = session;
    }
    setImmediate(answer, null, found);
  },

  clear(done) {
    this.sessions = emptyRecord();
    if (done !== undefined) setImmediate(done);
  },

  length(answer) {
    this.all((error, sessions) => {
      if (error) answer(error);
      else answer(null, Object.keys(sessions).length);
    });
  },

  get(id, answer) {
    setImmediate(answer, null, currentOf(this, id));
  },

  set(id, session, done) {
    this.sessions[id] = JSON.stringify(session);
    if (done !== undefined) setImmediate(done);
  },

  destroy(id, done) {
    delete this.sessions[id];
    if (done !== undefined) setImmediate(done);
  },

  touch(id, session, done) {
    const current = currentOf(this, id);
    if (current !== undefined) {
      current.cookie = session.cookie;
      this.sessions[id] = JSON.stringify(current);
    }
    if (done !== undefined) setImmediate(done);
  },
};
Object.assign(MemoryStore.prototype, methods);

/** The session, unless its time has passed: then it is forgotten. */
function currentOf(store: MemoryStoreBase, id: string): StoredSession | undefined {
  const text = store.sessions[id];
  if (text === undefined) return undefined;
  const session = JSON.parse(text) as StoredSession;
  const expires = (session.cookie as StoredSession["cookie"] | undefined)?.expires;
  if (!expires || new Date(expires).getTime() > Date.now()) return session;
  delete store.sessions[id];
  return undefined;
}

function emptyRecord<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}
