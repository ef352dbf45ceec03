// One of two processes that do the same things to one file at the same time. Prints what each came to.
import { once } from "node:events";
import type { LogEntry } from "../../../src/core/revocation/revocation-store.ts";
import { sqliteStore } from "symbolon/stores/sqlite";
import {
  aPasswordHash,
  aSession,
  aStamp,
  aSync,
  aUser,
  cursorAt,
  entryOf,
  now,
  reason,
} from "../../../src/testing/store-contract/samples.ts";

const [path = "", part = "", rounds = ""] = process.argv.slice(2);
const store = sqliteStore(path);
console.log("ready");
await once(process.stdin, "data");
await store.open();

const results = [];
const processId = `process ${part}`;
let last: LogEntry | undefined;
for (let round = 0; round < Number(rounds); round += 1) {
  const user = aUser({ emailKey: `${round}@example.com` });
  const registered = await store.users.insert(user, aPasswordHash());
  const limit = { burst: 3, refillMs: 60_000 };
  const takes = [];
  for (let index = 0; index < 3; index += 1) {
    takes.push((await store.attempts.take(`key ${round}`, limit, now)).outcome);
  }
  const userId = `user ${round}`;
  const signIns = [];
  const logged = [];
  if (part === "revoke") {
    logged.push(
      entryOf(await store.revocation.revoke({ scope: "user", id: userId, reason }, aStamp())),
    );
  } else {
    for (let index = 0; index < 2; index += 1) {
      const session = aSession({ userId, mark: 0 });
      const { outcome } = await store.sessions.insert(session, null, aStamp());
      signIns.push(outcome);
    }
    logged.push(
      entryOf(
        await store.sessions.replaceClaimsOf(`other ${userId}`, { claims: {}, after: 0 }, aStamp()),
      ),
    );
  }
  const cursor = last === undefined ? null : cursorAt(last);
  const { entries } = await store.revocation.sync(aSync({ processId, cursor }));
  last = entries.at(-1) ?? last;
  results.push({
    registered,
    takes,
    signIns,
    logged: logged.map(({ seq }) => seq),
    learnt: entries.map(({ seq }) => seq),
  });
}
await store.close();
console.log(JSON.stringify(results));
process.stdin.destroy();
