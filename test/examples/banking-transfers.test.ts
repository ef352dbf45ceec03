import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ada, grace } from "../../examples/banking/demo.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { Client, type Answer } from "../support/client.ts";
import { NodeProcess } from "../support/node-process.ts";
import { balance, noticeOf, openBank, signIn, statuses, submit } from "../support/open-bank.ts";
import { passTime } from "../support/pass-time.ts";

/* The bank's money, over HTTP: who may move it, and how often. */

const minuteMs = 60_000;
const everyday = "10-20-30";
const savings = "10-20-31";
const ofGrace = "20-30-40";
const order = { key: "form-1", from: everyday, to: ofGrace, amount: "120.50", reference: "Books" };

test("a form on another site transfers nothing and signs nobody in", async (t) => {
  const bank = await openBank(t);
  const client = await signIn(bank.base, ada);
  const from = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  for (const headers of [from, { origin: from.origin }]) {
    const refused = await submit(client, "/transfer", order, headers);
    assert.deepEqual([refused.status, refused.json["code"]], [403, "cross_site_request"]);
    const login = await submit(new Client(bank.base), "/sign-in", { ...grace }, headers);
    assert.deepEqual([login.status, login.headers.getSetCookie()], [403, []]);
  }
  assert.equal(await balance(bank, grace, ofGrace), 1_022_90);
  // Nor does the browser send the cookie there at all.
  const [cookie] = (await submit(client, "/sign-in", { ...ada })).headers.getSetCookie();
  assert.match(cookie ?? "", /; HttpOnly; SameSite=Strict/);
});

test("nobody transfers from another's account", async (t) => {
  const bank = await openBank(t);
  const client = await signIn(bank.base, grace);
  const refused = await submit(client, "/transfer", { ...order, to: ofGrace });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Choose one of your accounts/);
  // And if a page forgot to look: the bank itself does.
  const user = await bank.auth.users.findByEmail(grace.email);
  const forged = { ...order, userId: user?.id ?? "", cents: 100, at: 0 };
  assert.deepEqual(bank.bank.transfer(forged), { outcome: "not_your_account" });
  assert.equal(await balance(bank, ada, everyday), 1_957_11);
});

test("amounts that are no amounts move nothing", async (t) => {
  const bank = await openBank(t);
  const client = await signIn(bank.base, ada);
  for (const amount of [
    "",
    "0",
    "0.00",
    "-5",
    "1e3",
    "1,000",
    "0.001",
    "NaN",
    "99999999999",
    "1957.12",
  ]) {
    assert.equal((await submit(client, "/transfer", { ...order, amount })).status, 422, amount);
  }
  assert.equal(await balance(bank, ada, everyday), 1_957_11);
});

test("a form that is sent many times at once is one transfer, with one receipt", async (t) => {
  const bank = await openBank(t);
  const client = await signIn(bank.base, ada);
  // All there is: the later ones must not be told that the money is gone.
  const all = { ...order, amount: "1957.11" };
  const sent = await Promise.all(
    Array.from({ length: 10 }, () => submit(client, "/transfer", all)),
  );
  const receipts = new Set(sent.map(({ headers }) => headers.get("location")));
  assert.deepEqual([new Set(statuses(sent)), receipts.size], [new Set([303]), 1]);
  assert.equal(await balance(bank, ada, everyday), 0);
  assert.equal(await balance(bank, grace, ofGrace), 1_022_90 + 1_957_11);

  const changed = await submit(client, "/transfer", { ...all, from: savings });
  assert.equal(changed.status, 409);
  assert.equal(await balance(bank, ada, savings), 12_400_00);
  const [receipt = ""] = receipts;
  assert.equal((await (await signIn(bank.base, grace)).get(receipt ?? "")).status, 404);
});

test("transfers at once, in two processes, never take more than there is", async (t) => {
  const env = { AUTH_SECRET: testSecret, FOLDER: join(temporaryFolder(), "bank") };
  const servers: NodeProcess[] = [];
  for (let count = 0; count < 2; count += 1) {
    const server = await NodeProcess.start(["examples/banking/app.ts"], env);
    t.after(() => server.end("SIGKILL"));
    servers.push(server);
  }
  assert.match(
    servers[0]?.output ?? "",
    /http:\/\/localhost:\d+\s+ada@example\.com  first program/,
  );
  const client = await signIn(servers[0]?.url ?? "", ada);
  const clients = servers.map(({ url }) => new Client(url, { cookie: client.cookie }));
  const transfers = Array.from({ length: 24 }, async (_, count) => {
    const fields = { ...order, key: `form-${count}`, amount: "300" };
    return submit(clients[count % 2] ?? client, "/transfer", fields);
  });
  const sent = statuses(await Promise.all(transfers));
  assert.equal(sent.filter((status) => status === 303).length, 6);
  assert.equal(sent.filter((status) => status === 422).length, 18);
  assert.match((await client.get(`/accounts/${everyday}`)).text, /€157\.11/);
});

test("a transfer asks for a sign-in of the last five minutes, and comes back half-filled", async (t) => {
  const bank = await openBank(t);
  const client = await signIn(bank.base, ada);
  const thief = new Client(bank.base, { cookie: client.cookie });
  await passTime(bank.clock, 5 * minuteMs + 1);

  const challenged = await submit(client, "/transfer", order);
  assert.deepEqual(
    [challenged.status, challenged.headers.get("www-authenticate")],
    [401, 'Bearer error="insufficient_user_authentication", max_age="300"'],
  );
  assert.match(challenged.text, /€120\.50<\/b>\s+to\s+<b>Grace Hopper/);
  const wrong = await submit(client, "/confirm", { password: grace.password });
  assert.equal(wrong.status, 401);
  assert.match(noticeOf(wrong), /not your password/);
  assert.match((await client.get("/confirm")).text, /Grace Hopper/);
  assert.equal(await balance(bank, grace, ofGrace), 1_022_90);

  const right = await submit(client, "/confirm", { password: ada.password });
  assert.deepEqual([right.status, right.headers.get("location")], [303, "/transfer"]);
  const half = await client.get("/transfer");
  for (const value of Object.values(order))
    assert.ok(half.text.includes(`value="${value}"`), value);
  assert.equal(await balance(bank, grace, ofGrace), 1_022_90);
  assert.equal((await submit(client, "/transfer", order)).status, 303);
  assert.equal(await balance(bank, grace, ofGrace), 1_143_40);
  assert.doesNotMatch((await client.get("/transfer")).text, /value="Books"/);
  // The password was given for one browser, not for a copy of its cookie.
  assert.equal((await thief.get("/accounts")).status, 303);
});

test("guessing at the second question is slowed down like at the first", async (t) => {
  const bank = await openBank(t);
  const client = await signIn(bank.base, ada);
  await passTime(bank.clock, 5 * minuteMs + 1);
  await submit(client, "/transfer", order);
  const guesses: Answer[] = [];
  for (let count = 0; count < 6; count += 1) {
    guesses.push(await submit(client, "/confirm", { password: `guess number ${count}` }));
  }
  assert.deepEqual(statuses(guesses), [401, 401, 401, 401, 401, 429]);
  assert.equal((await client.get("/accounts")).status, 200);
});
