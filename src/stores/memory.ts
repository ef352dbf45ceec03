import type { Store } from "../core/ports.ts";
import { signSlices } from "../core/slice-origin.ts";
import { memoryAttempts } from "./memory/attempts.ts";
import { memoryCredentials, memoryUsers } from "./memory/accounts.ts";
import { memoryKeys } from "./memory/keys.ts";
import { RevocationLog } from "./memory/log.ts";
import { losable } from "./memory/loss.ts";
import { memoryRevocation } from "./memory/revocation.ts";
import { SessionTable } from "./memory/session-table.ts";
import { memorySessions } from "./memory/sessions.ts";
import { Watermarks } from "./memory/watermarks.ts";

export interface MemoryStoreOptions {
  /** The most sessions that are kept; 100,000 unless told otherwise. */
  readonly maxSessions?: number;
}

/**
 * A store in this process's memory, with every slice: for tests, and for one process that may forget.
 *
 * Nothing survives the process, and no other process sees it. It is bounded: beyond `maxSessions` the guests
 * are dropped first, then the logins, of each the least recently seen first; so a flood of guests never ends a
 * login, and a guest that finds the store full of logins is dropped at once. A dropped session has ended.
 * @throws TypeError when `maxSessions` is not a positive whole number.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Required<Store> {
  const maxSessions = options.maxSessions ?? 100_000;
  if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) {
    throw new TypeError(
      `memoryStore: maxSessions must be a positive whole number; got ${maxSessions}`,
    );
  }
  const table = new SessionTable(maxSessions);
  const watermarks = new Watermarks();
  const log = new RevocationLog();
  const passwords = new Map();
  const store: Required<Store> = {
    traits: { name: "memory", durable: false, partitions: 1 },
    sessions: memorySessions(table, watermarks, log),
    revocation: memoryRevocation(table, watermarks, log),
    keys: memoryKeys(log),
    users: memoryUsers(passwords),
    credentials: memoryCredentials(passwords),
    attempts: memoryAttempts(),
    async open() {},
    async close() {},
  };
  return losable(signSlices(store, { opensItself: true }), log);
}
