// One of two processes that do the same things to one file at the same time. Prints what each came to.
import { once } from "node:events";
import { sqliteStore } from "symbolon/stores/sqlite";
import {
  aPasswordHash,
  aSession,
  aUser,
  at,
  reason,
} from "../../../src/testing/store-contract/samples.ts";

const [path = "", part = "", rounds = ""] = process.argv.slice(2);
const store = sqliteStore(path);
console.log("ready");
await once(process.stdin, "data");
await store.open();

const results = [];
for (let round = 0; round < Number(rounds); round += 1) {
  const user = aUser({ emailKey: `${round}@example.com` });
  const registered = await store.users.insert(user, aPasswordHash());
  const limit = { burst: 3, refillMs: 60_000 };
  const takes = [];
  for (let index = 0; index < 3; index += 1) {
    takes.push((await store.attempts.take(`key ${round}`, limit, at.now)).outcome);
  }
  const userId = `user ${round}`;
  const signIns = [];
  if (part === "revoke") await store.revocation.revoke({ scope: "user", id: userId, reason }, at);
  else {
    for (let index = 0; index < 2; index += 1) {
      const { outcome } = await store.sessions.insert(aSession({ userId, mark: 0 }), null);
      signIns.push(outcome);
    }
  }
  results.push({ registered, takes, signIns });
}
await store.close();
console.log(JSON.stringify(results));
process.stdin.destroy();
