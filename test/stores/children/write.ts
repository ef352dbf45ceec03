// Writes until it is killed, and says what was acknowledged, each only after the store said so.
import { writeSync } from "node:fs";
import { sqliteStore } from "symbolon/stores/sqlite";
import {
  aPasswordHash,
  aSession,
  aStamp,
  aUser,
  entryOf,
  reason,
} from "../../../src/testing/store-contract/samples.ts";

const store = sqliteStore(process.argv[2] ?? "");
await store.open();

function acknowledge(kind: string, id: string): void {
  writeSync(1, `${JSON.stringify({ kind, id })}\n`);
}

for (;;) {
  const user = aUser();
  await store.users.insert(user, aPasswordHash());
  acknowledge("user", user.id);

  const lasting = aSession({ userId: user.id });
  await store.sessions.insert(lasting, null, aStamp());
  await store.sessions.writeData(lasting.id, { key: "k", to: "1", maxBytes: 99 });
  acknowledge("session", lasting.id);

  const signedOut = aSession({ userId: user.id });
  await store.sessions.insert(signedOut, null, aStamp());
  const signOut = await store.revocation.revoke(
    { scope: "session", id: signedOut.id, reason },
    aStamp(),
  );
  acknowledge("ended", signedOut.id);
  acknowledge("logged", entryOf(signOut).id);

  const banned = aSession();
  await store.sessions.insert(banned, null, aStamp());
  const ban = await store.revocation.revoke(
    { scope: "user", id: String(banned.userId), reason },
    aStamp(),
  );
  acknowledge("ended", banned.id);
  acknowledge("banned", String(banned.userId));
  acknowledge("logged", entryOf(ban).id);
}
