import assert from "node:assert/strict";
import { test } from "node:test";
import { hash as bcrypt } from "@node-rs/bcrypt";
import { authError, makeAccountsWith } from "../../../test/support/accounts-fixture.ts";
import { argon2Hasher } from "../passwords/argon2-hasher.ts";

const hasher = argon2Hasher({ memoryKiB: 64, iterations: 1 });
const email = "Ada@Example.com";
const password = "correct horse battery";
const passwordHash = await bcrypt(password, { cost: 4 });

test("an imported user signs in with the old password, which is hashed anew once", async () => {
  const { accounts, store } = makeAccountsWith(hasher);
  const user = await accounts.importUser({ id: "17", email, name: "Ada", passwordHash });
  assert.deepEqual(user, {
    id: "17",
    email,
    emailKey: "ada@example.com",
    emailVerified: false,
    name: "Ada",
    createdAt: user.createdAt,
  });
  assert.deepEqual(await accounts.find("17"), user);
  await assert.rejects(
    accounts.verifyPassword({ email, password: "wrong horse battery" }),
    authError("invalid_credentials"),
  );
  assert.equal((await accounts.verifyPassword({ email, password })).user.id, "17");
  const anew = store.passwords.get("17")?.hash ?? "";
  assert.match(anew, /^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
  await accounts.verifyPassword({ email, password });
  assert.equal(store.passwords.get("17")?.hash, anew);
});

test("of concurrent first sign-ins all are right, and one hash stays", async () => {
  const { accounts, store, problems } = makeAccountsWith(hasher);
  const { id } = await accounts.importUser({ email, passwordHash });
  const signIns = Array.from({ length: 6 }, () => accounts.verifyPassword({ email, password }));
  for (const { user } of await Promise.all(signIns)) assert.equal(user.id, id);
  assert.match(store.passwords.get(id)?.hash ?? "", /^\$argon2id\$/);
  assert.equal((await accounts.verifyPassword({ email, password })).user.id, id);
  assert.deepEqual(problems, []);
});

test("an import that is run again changes nothing, and says what is taken", async () => {
  const { accounts, store } = makeAccountsWith(hasher);
  await accounts.importUser({ id: "17", email, passwordHash });
  await assert.rejects(
    accounts.importUser({ id: "17", email: "ada@EXAMPLE.com", passwordHash }),
    authError("email_taken"),
  );
  await assert.rejects(
    accounts.importUser({ id: "17", email: "other@example.com", passwordHash }),
    authError("user_id_taken"),
  );
  assert.equal(store.users.size, 1);
});

test("what cannot be imported is refused at once, without a word of the hash", async () => {
  const { accounts, store } = makeAccountsWith(hasher);
  const unsalted = "5f4dcc3b5aa765d61d8327deb882cf99";
  for (const [wrong, said] of [
    [{ email: "nobody", passwordHash }, /^TypeError: importUser: email/],
    [{ email, name: "a\nb", passwordHash }, /^TypeError: importUser: name/],
    [{ email, id: "", passwordHash }, /^TypeError: importUser: id/],
    [{ email, createdAt: 1.5, passwordHash }, /^TypeError: importUser: createdAt/],
    [{ email, passwordHash: unsalted }, /^TypeError: importUser: passwordHash .* verified$/],
    [
      { email, passwordHash: "$argon2id$v=19$m=64,t=1,p=1$" },
      /^TypeError: importUser: passwordHash/,
    ],
    // Verifying them would take gigabytes, or minutes.
    [{ email, passwordHash: argon2Of("m=4194304,t=1,p=1") }, /^TypeError: importUser: pass/],
    [{ email, passwordHash: argon2Of("m=1048576,t=9,p=1") }, /^TypeError: importUser: pass/],
  ] as const) {
    await assert.rejects(accounts.importUser(wrong), said);
  }
  assert.equal(store.users.size, 0);
  await accounts.importUser({ email, passwordHash: argon2Of("m=2097152,t=1,p=4") });
  assert.equal(store.users.size, 1);
});

function argon2Of(costs: string): string {
  return `$argon2id$v=19$${costs}$c29tZXNhbHRzb21lc2FsdA$Gpuf7xFyQbGTXG7mJLFKRPKSnSeYOzYGqTgPCXEI7nI`;
}
