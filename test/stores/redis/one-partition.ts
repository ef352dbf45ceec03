import { randomBytes } from "node:crypto";
import type { Store } from "../../../src/core/ports.ts";
import { newSessionId, partitionOfUser } from "../../../src/core/revocation/partition.ts";
import type { LogEntry, Logged } from "../../../src/core/revocation/revocation-store.ts";
import type { SessionRecord } from "../../../src/core/sessions/session-store.ts";

/**
 * A store of many partitions as the contract expects one: all users and sessions are of one partition, and that one's log
 * is the log. Ids are exchanged on the way in and out for ones of that partition; nothing else is touched.
 */
export function inOnePartition(store: Store, partition: number): Store {
  const { partitions } = store.traits;
  const users = new Exchange((id) => {
    for (let attempt = 0; ; attempt += 1) {
      if (partitionOfUser(`${id} ${attempt}`, partitions) === partition) return `${id} ${attempt}`;
    }
  });
  const ids = new Exchange(() => newSessionId(partition, partitions, randomBytes));

  const user = (id: string | null) => (id === null ? null : users.in(id));
  const sessionIn = (session: SessionRecord): SessionRecord => ({
    ...session,
    id: ids.in(session.id),
    userId: user(session.userId),
  });
  const sessionOut = (session: SessionRecord): SessionRecord => ({
    ...session,
    id: ids.out(session.id),
    userId: session.userId === null ? null : users.out(session.userId),
  });
  const entryWith = (entry: LogEntry, way: "in" | "out"): LogEntry => ({
    ...entry,
    target:
      entry.scope === "session"
        ? ids[way](entry.target)
        : entry.scope === "user"
          ? users[way](entry.target)
          : entry.target,
    except: entry.except === null ? null : ids[way](entry.except),
  });
  const logged = (all: readonly Logged[]): readonly Logged[] =>
    all
      .filter((one) => one.partition === partition)
      .map(({ entry }) => ({ partition: 0, entry: entryWith(entry, "out") }));

  const { sessions, revocation } = store;
  return {
    ...store,
    sessions: {
      async insert(session, replaces, stamp) {
        const replaced = replaces === null ? null : ids.in(replaces);
        const verdict = await sessions.insert(sessionIn(session), replaced, stamp);
        if (verdict.outcome !== "inserted") return verdict;
        return { ...verdict, entries: logged(verdict.entries) };
      },
      async find(id) {
        const found = await sessions.find(ids.in(id));
        return found && sessionOut(found);
      },
      listOf: async (id) => (await sessions.listOf(users.in(id))).map(sessionOut),
      touch: (touches) =>
        sessions.touch(touches.map((touch) => ({ ...touch, id: ids.in(touch.id) }))),
      promote: (id, promotion) => sessions.promote(ids.in(id), promotion),
      async replaceClaims(id, change, stamp) {
        const verdict = await sessions.replaceClaims(ids.in(id), change, stamp);
        if (verdict.outcome !== "replaced") return verdict;
        const { outcome, session, entries } = verdict;
        return { outcome, session: session && sessionOut(session), entries: logged(entries) };
      },
      async replaceClaimsOf(id, change, stamp) {
        const verdict = await sessions.replaceClaimsOf(users.in(id), change, stamp);
        if (verdict.outcome !== "replaced") return verdict;
        return { ...verdict, entries: logged(verdict.entries) };
      },
      readData: (id) => sessions.readData(ids.in(id)),
      writeData: (id, change) => sessions.writeData(ids.in(id), change),
      purge: (now) => sessions.purge(now),
    },
    revocation: {
      ...revocation,
      async revoke(given, stamp) {
        const verdict = await revocation.revoke(revocationIn(given), stamp);
        if (verdict.outcome !== "revoked") return verdict;
        return { ...verdict, entries: logged(verdict.entries) };
      },
      async sync(request) {
        const answer = await revocation.sync({ ...request, partition });
        return { ...answer, entries: answer.entries.map((entry) => entryWith(entry, "out")) };
      },
      restore: (_partition, entries, cursor, now) =>
        revocation.restore(
          partition,
          entries.map((entry) => entryWith(entry, "in")),
          cursor,
          now,
        ),
      processes: (_partition, now) => revocation.processes(partition, now),
    },
  };

  function revocationIn(given: Parameters<typeof revocation.revoke>[0]): typeof given {
    switch (given.scope) {
      case "session": {
        const id = ids.in(given.id);
        return given.ofUser === undefined
          ? { ...given, id }
          : { ...given, id, ofUser: users.in(given.ofUser) };
      }
      case "user": {
        const id = users.in(given.id);
        const { except, ...rest } = given;
        if (except === undefined) return { ...rest, id };
        return { ...rest, id, except: { ...except, sessionId: ids.in(except.sessionId) } };
      }
      case "tenant":
      case "all":
      default:
        return given;
    }
  }
}

/** Gives each text another one for good, and knows it again. */
class Exchange {
  readonly #make: (text: string) => string;
  readonly #others = new Map<string, string>();
  readonly #texts = new Map<string, string>();

  constructor(make: (text: string) => string) {
    this.#make = make;
  }

  in(text: string): string {
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const other = this.#make(text);
    this.#others.set(text, other);
    this.#texts.set(other, text);
    return other;
  }

  out(other: string): string {
    return this.#texts.get(other) ?? other;
  }
}
