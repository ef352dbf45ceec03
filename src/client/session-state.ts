import type { CurrentSessionBody, SessionBody, UserBody } from "../http/wire.ts";
import type { ClientError } from "./client-error.ts";

/** Who is signed in here. A new object whenever something changed, the same one until then. */
export type SessionState =
  | {
      /** Not asked yet, or nobody can say. Never show it as signed out. */
      readonly status: "unknown";
      readonly user: null;
      readonly session: null;
      /** Why nobody can say; null while the answer is on its way. */
      readonly error: ClientError | null;
    }
  | {
      readonly status: "signed_in";
      /** Null for a user of the application's own. */
      readonly user: UserBody | null;
      readonly session: SessionBody;
      readonly error: null;
    }
  | {
      readonly status: "signed_out";
      readonly user: null;
      readonly session: null;
      /** Why the session ended, or that there was none; null after a sign-out. */
      readonly error: ClientError | null;
    };

/** The state, and one turn of it: the time for which the same session is signed in here. */
export interface SessionHolder {
  readonly get: () => SessionState;
  show(state: SessionState): void;
  /** Answers how to stop listening. */
  listen(listener: () => void): () => void;
  readonly hasListeners: boolean;
  /** Aborted when the turn is over: what belongs to it must not change what comes after. */
  readonly turn: AbortSignal;
  nextTurn(): void;
}

export function holdSession(initial: SessionState): SessionHolder {
  let state = initial;
  let turn = new AbortController();
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    show(next) {
      state = next;
      for (const listener of listeners) listener();
    },
    listen(listener) {
      // Wrapped, so that one function that listens twice is heard twice, and stops once.
      const entry = (): void => listener();
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    get hasListeners() {
      return listeners.size > 0;
    },
    get turn() {
      return turn.signal;
    },
    nextTurn() {
      turn.abort();
      turn = new AbortController();
    },
  };
}

export function unknown(error: ClientError | null = null): SessionState {
  return { status: "unknown", user: null, session: null, error };
}

export function signedIn({ user = null, session }: CurrentSessionBody): SessionState {
  return { status: "signed_in", user, session, error: null };
}

export function signedOut(error: ClientError | null = null): SessionState {
  return { status: "signed_out", user: null, session: null, error };
}

/** Runs a task once for all who ask during one turn, until it has ended. */
export function sharedInTurn<Result>(
  holder: SessionHolder,
  task: (turn: AbortSignal) => Promise<Result>,
): () => Promise<Result> {
  const running = new WeakMap<AbortSignal, Promise<Result>>();
  return () => {
    const { turn } = holder;
    const result = running.get(turn) ?? task(turn).finally(() => running.delete(turn));
    running.set(turn, result);
    return result;
  };
}

/** Runs tasks one after the other, also after one that failed. */
export function inOrder(): <Result>(task: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task, task);
    last = next;
    return next;
  };
}
