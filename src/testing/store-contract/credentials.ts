import type { Store } from "../../core/ports.ts";
import type { PasswordHash } from "../../core/passwords/credential-store.ts";
import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import { aPasswordHash, aUser, newId, now } from "./samples.ts";

type Accounts = Required<Pick<Store, "users" | "credentials">>;

async function registered({ users }: Accounts): Promise<{ userId: string; from: PasswordHash }> {
  const user = aUser();
  const from = aPasswordHash();
  await users.insert(user, from);
  return { userId: user.id, from };
}

export const credentialCases: readonly StoreContractCase[] = casesOf("credentials", {
  "of 16 concurrent replacements of one hash, exactly 1 is replaced": async (store) => {
    const { userId, from } = await registered(store);
    const hashes = Array.from({ length: 16 }, aPasswordHash);
    const verdicts = await Promise.all(
      hashes.map((to) =>
        store.credentials.replacePassword(userId, { from, to, revocationPendingSince: now }),
      ),
    );
    same(
      count(verdicts, (verdict) => verdict === "replaced"),
      1,
    );
    same(
      (await store.credentials.findPassword(userId))?.hash,
      hashes[verdicts.indexOf("replaced")],
      "the hash that stayed is the winner's",
    );
  },
  "a replacement that raced with a rehash is told so": async (store) => {
    const { userId, from } = await registered(store);
    const verdicts = await sixteen((index) =>
      store.credentials.replacePassword(userId, {
        from,
        to: aPasswordHash(),
        revocationPendingSince: index % 2 === 0 ? now : null,
      }),
    );
    same(
      count(verdicts, (verdict) => verdict === "superseded"),
      15,
      "superseded",
    );
  },
  "the hash is replaced only if it still is `from`": async (store) => {
    const { credentials } = store;
    const { userId, from } = await registered(store);
    const change = { from: aPasswordHash(), to: aPasswordHash(), revocationPendingSince: now };
    same(await credentials.replacePassword(userId, change), "superseded", "from another hash");
    same(
      await credentials.findPassword(userId),
      { userId, hash: from, revocationPendingSince: null },
      "afterwards",
    );
    const to = aPasswordHash();
    same(
      await credentials.replacePassword(userId, { from, to, revocationPendingSince: now }),
      "replaced",
      "from the present one",
    );
    same(
      await credentials.findPassword(userId),
      { userId, hash: to, revocationPendingSince: now },
      "afterwards",
    );
  },
  "an unknown user has no credential, and none comes of replacing it": async ({ credentials }) => {
    const userId = newId();
    const change = { from: aPasswordHash(), to: aPasswordHash(), revocationPendingSince: null };
    same(await credentials.findPassword(userId), null, "at first");
    same(await credentials.replacePassword(userId, change), "superseded", "replacePassword");
    await credentials.settleRevocation(userId, change.to);
    same(await credentials.findPassword(userId), null, "afterwards");
  },
  "a revocation stays pending when the same password is hashed anew": async (store) => {
    const { credentials } = store;
    const { userId, from } = await registered(store);
    const [second, third] = [aPasswordHash(), aPasswordHash()];
    await credentials.replacePassword(userId, { from, to: second, revocationPendingSince: now });
    await credentials.replacePassword(userId, {
      from: second,
      to: third,
      revocationPendingSince: null,
    });
    same(
      await credentials.findPassword(userId),
      { userId, hash: third, revocationPendingSince: now },
      "afterwards",
    );
  },
  "settling has effect on the present hash only": async (store) => {
    const { credentials } = store;
    const { userId, from } = await registered(store);
    const to = aPasswordHash();
    await credentials.replacePassword(userId, { from, to, revocationPendingSince: now });
    await credentials.settleRevocation(userId, from);
    same(
      (await credentials.findPassword(userId))?.revocationPendingSince,
      now,
      "after settling the old hash",
    );
    await credentials.settleRevocation(userId, to);
    same(
      await credentials.findPassword(userId),
      { userId, hash: to, revocationPendingSince: null },
      "after settling the present hash",
    );
  },
  "pending revocations are listed oldest first, before the time only": async (store) => {
    const { credentials } = store;
    const userIds: string[] = [];
    for (const pendingSince of [now + 2, now, now + 1, now + 3, null]) {
      const { userId, from } = await registered(store);
      userIds.push(userId);
      await credentials.replacePassword(userId, {
        from,
        to: aPasswordHash(),
        revocationPendingSince: pendingSince,
      });
    }
    const listed = await credentials.listPendingRevocations(now + 3);
    same(
      listed.map(({ userId, revocationPendingSince }) => [userId, revocationPendingSince]),
      [
        [userIds[1], now],
        [userIds[2], now + 1],
        [userIds[0], now + 2],
      ],
      "the list",
    );
    const [first] = listed;
    if (first !== undefined) {
      same(await credentials.findPassword(first.userId), first, "the first as it is found");
      await credentials.settleRevocation(first.userId, first.hash);
    }
    same(
      (await credentials.listPendingRevocations(now + 3)).length,
      2,
      "listed after settling one",
    );
  },
  "at most 100 pending revocations are listed, the oldest": async (store) => {
    for (let index = 101; index > 0; index -= 1) {
      const { userId, from } = await registered(store);
      await store.credentials.replacePassword(userId, {
        from,
        to: aPasswordHash(),
        revocationPendingSince: now + index,
      });
    }
    const listed = await store.credentials.listPendingRevocations(now + 1_000);
    same(listed.length, 100, "listed");
    same(listed[99]?.revocationPendingSince, now + 100, "the last");
  },
});
