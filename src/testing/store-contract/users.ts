import { casesOf, type StoreContractCase } from "./case.ts";
import { count, same, sixteen } from "./expect.ts";
import { aPasswordHash, aUser, newId } from "./samples.ts";

export const userCases: readonly StoreContractCase[] = casesOf("users", {
  "of 16 concurrent inserts with one emailKey, exactly 1 is inserted": async ({ users }) => {
    const verdicts = await sixteen(() =>
      users.insert(aUser({ emailKey: "ada@example.com" }), aPasswordHash()),
    );
    same(
      count(verdicts, (verdict) => verdict === "inserted"),
      1,
    );
    same(
      count(verdicts, (verdict) => verdict === "email_taken"),
      15,
      "email_taken",
    );
  },
  "of 16 concurrent inserts with one id, exactly 1 is inserted": async ({ users, credentials }) => {
    const id = newId();
    const hashes = Array.from({ length: 16 }, () => aPasswordHash());
    const verdicts = await Promise.all(hashes.map((hash) => users.insert(aUser({ id }), hash)));
    same(
      verdicts.filter((verdict) => verdict !== "user_id_taken"),
      ["inserted"],
    );
    same(
      (await credentials.findPassword(id))?.hash,
      hashes[verdicts.indexOf("inserted")],
      "the credential",
    );
  },
  "16 concurrent inserts with emails of their own are all inserted": async ({ users }) => {
    const verdicts = await sixteen(() => users.insert(aUser(), aPasswordHash()));
    same(
      count(verdicts, (verdict) => verdict === "inserted"),
      16,
    );
  },
  "a refused user leaves neither user nor credential": async ({ users, credentials }) => {
    const first = aUser();
    const firstHash = aPasswordHash();
    await users.insert(first, firstHash);
    const second = aUser({ emailKey: first.emailKey });
    same(await users.insert(second, aPasswordHash()), "email_taken", "the second insert");
    same(await users.find(second.id), null, "the second user");
    same(await credentials.findPassword(second.id), null, "the second credential");
    same(await users.findByEmail(first.emailKey), first, "the first user");
    same((await credentials.findPassword(first.id))?.hash, firstHash, "the first credential");
  },
  "a user is found by id and by emailKey, every field as it was": async ({
    users,
    credentials,
  }) => {
    const all = [
      aUser({ emailVerified: true, name: null }),
      aUser({ name: "Zoë 🦊 O'Neil; drop table users --" }),
      aUser({ name: "", email: "a\"b'c@example.com" }),
      aUser({ name: "__proto__", emailKey: "__proto__" }),
    ];
    for (const user of all) {
      const hash = aPasswordHash();
      same(await users.insert(user, hash), "inserted", "the insert");
      same(await users.find(user.id), user, "find");
      same(await users.findByEmail(user.emailKey), user, "findByEmail");
      same(
        await credentials.findPassword(user.id),
        { userId: user.id, hash, revocationPendingSince: null },
        "the credential",
      );
    }
  },
  "an unknown user is null": async ({ users }) => {
    for (const key of [newId(), "", "__proto__", "constructor"]) {
      same(await users.find(key), null, `find(${JSON.stringify(key)})`);
      same(await users.findByEmail(key), null, `findByEmail(${JSON.stringify(key)})`);
    }
  },
  "emailKeys are told apart exactly, and ids and emails are no keys": async ({ users }) => {
    const user = aUser({ email: "Ada@Example.com", emailKey: "ada@example.com" });
    await users.insert(user, aPasswordHash());
    for (const key of ["Ada@example.com", "ada@example.com ", "áda@example.com", user.id, "%"]) {
      same(await users.findByEmail(key), null, `findByEmail(${JSON.stringify(key)})`);
    }
    same(await users.find("ada@example.com"), null, "find by an email");
  },
});
