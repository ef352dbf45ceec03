import type { ConnectStore, Done, StoredSession } from "./ports.ts";
import { copyOf, type Session } from "./session.ts";
import { changedKeys, differs, type Snapshot } from "./snapshot.ts";

/** Whether a store's answer means that there is no such session: file stores say so by an error. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/**
 * Writes back what the application changed of a session that others may have written meanwhile: the session is read again, and
 * only the keys that differ between `before` and `now` replace those in the store. When it is there no more it was
 * destroyed, or has expired, while the request was under way, and stays so. Between that look and the write the store can
 * still change, by another process alone: stores of this kind have no write with a condition.
 */
export function writeBack(
  store: ConnectStore,
  session: Session,
  { before, now }: { readonly before: Snapshot; readonly now: Snapshot },
  done: Done,
): void {
  // The application may go on changing its object while the store is asked.
  const mine = copyOf(session);
  store.get(mine.id, (error, stored) => {
    if (error && !isMissing(error)) return done(error);
    if (error || !stored) return done();
    if (!differs(before, stored)) return store.set(mine.id, mine, done);
    const merged: StoredSession = { ...stored, cookie: mine.cookie };
    for (const key of changedKeys(before, now)) {
      if (now.has(key)) merged[key] = mine[key];
      else delete merged[key];
    }
    store.set(mine.id, copyOf(mine, merged), done);
  });
}
