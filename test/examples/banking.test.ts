import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { ada, grace } from "../../examples/banking/demo.ts";
import { Client, type Answer } from "../support/client.ts";
import { noticeOf, openBank, signIn, statuses, submit } from "../support/open-bank.ts";
import { passTime } from "../support/pass-time.ts";

/* The bank's sign-ins and sessions, over HTTP; `test/e2e/banking.e2e.ts` has what a browser adds. */

const minuteMs = 60_000;
const everyday = "10-20-30";
const savings = "10-20-31";
const ofGrace = "20-30-40";
const order = { key: "form-1", from: everyday, to: ofGrace, amount: "120.50", reference: "Books" };

test("customers see their own accounts, and of others' not even whether they exist", async (t) => {
  const { base } = await openBank(t);
  const client = await signIn(base, ada);
  const overview = await client.get("/accounts");
  assert.match(overview.text, /€1,957\.11/);
  assert.doesNotMatch(overview.text, /€1,022\.90/);
  assert.match((await client.get(`/accounts/${savings}`)).text, /Put aside/);
  const [others, none] = [
    await client.get(`/accounts/${ofGrace}`),
    await client.get("/accounts/0"),
  ];
  assert.deepEqual([others.status, others.text], [404, none.text]);
});

test("strangers are sent to sign in, and come back to the page that they wanted, never to another site", async (t) => {
  const { base } = await openBank(t);
  const client = new Client(base);
  for (const path of ["/", "/accounts", "/transfer", "/confirm", "/transfers/1", "/security"]) {
    const { status, headers } = await client.get(path);
    assert.deepEqual([status, headers.get("location")?.split("?")[0]], [303, "/sign-in"], path);
  }
  const location = async (next: string): Promise<string | null> =>
    (await submit(new Client(base), "/sign-in", { ...ada, next })).headers.get("location");
  assert.equal(await location("/security"), "/security");
  for (const next of ["//evil.example", "/\\evil.example", "https://evil.example", "/a/../%2F"]) {
    assert.equal(await location(next), "/accounts", next);
  }
});

test("no sign-in goes around the bank's own: the account routes are closed", async (t) => {
  const { base } = await openBank(t);
  const client = new Client(base);
  const mallory = { email: "mallory@example.com", password: "let me in anyway" };
  assert.equal((await client.post("/auth/register", mallory)).status, 404);
  assert.equal((await client.post("/auth/sign-in", ada)).status, 404);
});

test("guessing a password is slowed down", async (t) => {
  const { base } = await openBank(t);
  const guess = () => submit(new Client(base), "/sign-in", { ...ada, password: "second program" });
  for (let guesses = 0; guesses < 5; guesses += 1) assert.equal((await guess()).status, 401);
  const refused = await guess();
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "30"]);
});

test("what customers write is text on every page, and pages hold no script or style of their own", async (t) => {
  const { base } = await openBank(t);
  const client = await signIn(base, ada);
  const reference = `<script>alert("1")</script>'&`;
  const sent = await submit(client, "/transfer", { ...order, reference });
  const wrong = await submit(client, "/transfer", { ...order, reference, to: `"><b>` });
  assert.match(wrong.text, /value="&quot;&gt;&lt;b&gt;"/);
  const graces = await signIn(base, grace);
  const paths = [sent.headers.get("location") ?? "", "/accounts", "/transfer", "/security"];
  const pages = [wrong, await graces.get("/accounts"), await new Client(base).get("/sign-in")];
  for (const path of paths) pages.push(await client.get(path));
  assert.match(pages[1]?.text ?? "", /&lt;script&gt;alert\(&quot;1&quot;\)/);
  for (const { text, headers } of pages) {
    assert.match(
      headers.get("content-security-policy") ?? "",
      /default-src 'none'.*script-src 'self';/,
    );
    assert.doesNotMatch(headers.get("content-security-policy") ?? "", /unsafe|\*/);
    assert.doesNotMatch(text, /<style|<script(?! src="\/public\/)|\s(?:style|on\w+)=/i);
  }
});

test("a second sign-in ends the first, whose browser is told why", async (t) => {
  const { base, clock } = await openBank(t);
  const windows = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
  const first = await signIn(base, ada);
  const stays = await signIn(base, grace);
  const second = await signIn(base, ada, windows);
  const { status, headers } = await first.get("/accounts");
  assert.deepEqual([status, headers.get("location")], [303, "/sign-in?next=%2Faccounts"]);
  const told = noticeOf(await first.get("/sign-in"));
  assert.match(told, /signed in as you on another device: Firefox on Windows, .*2026 at/);
  assert.deepEqual(
    statuses([await second.get("/accounts"), await stays.get("/accounts")]),
    [200, 200],
  );
  assert.match((await second.get("/security")).text, /ended by the sign-in on Firefox on Windows/);
  clock.advance(minuteMs);
  assert.equal(noticeOf(await new Client(base).get("/sign-in")), "");
});

test("of sign-ins at once exactly one stays, and the others are told to try again", async (t) => {
  const { base, auth } = await openBank(t);
  const clients = Array.from({ length: 8 }, () => new Client(base));
  const answers = await Promise.all(clients.map((each) => submit(each, "/sign-in", { ...ada })));
  const user = await auth.users.findByEmail(ada.email);
  assert.equal((await auth.sessions.list(user?.id ?? "")).length, 1);
  const pages = await Promise.all(clients.map((client) => client.get("/accounts")));
  assert.equal(pages.filter(({ status }) => status === 200).length, 1);
  assert.ok(statuses(answers).every((status) => status === 303 || status === 409));
});

test("fifteen minutes without use end the session; what the page does by itself is no use", async (t) => {
  const { base, clock } = await openBank(t);
  const client = await signIn(base, ada);
  const hidden = ["/timed-out", "/public/countdown.js", "/public/bank.css", "/auth/session"];
  for (let minute = 0; minute < 15; minute += 1) {
    await passTime(clock, minuteMs);
    for (const path of hidden) await client.get(path);
  }
  assert.equal((await client.get("/accounts")).status, 303);
  assert.match(noticeOf(await client.get("/sign-in")), /nothing happened here for 15 minutes/);
});

test("use prolongs the session, up to twelve hours; so does the button, and the page knows how long", async (t) => {
  const { base, clock } = await openBank(t);
  const client = await signIn(base, ada);
  const left = async () =>
    /data-seconds-left="(\d+)"/.exec((await client.get("/accounts")).text)?.[1];
  assert.equal(await left(), "900");
  // "Last seen" is written once a minute, but for the button.
  await passTime(clock, minuteMs / 2);
  assert.equal(await left(), "870");
  assert.deepEqual((await client.post("/stay")).json, { secondsLeft: 900 });
  for (let minutes = 14; minutes < 12 * 60; minutes += 14) {
    await passTime(clock, 14 * minuteMs);
    assert.deepEqual((await client.post("/stay")).json, {
      secondsLeft: Math.min(900, (12 * 60 - minutes) * 60 - 30),
    });
  }
  await passTime(clock, 14 * minuteMs);
  assert.equal((await client.post("/stay")).status, 303);
});

test("where several devices are allowed, each is listed, and signed out from another of the same customer", async (t) => {
  const { base } = await openBank(t, { severalSessions: true });
  const [desk, phone, tablet, stranger] = [
    await signIn(base, ada, "Firefox/140.0 Windows"),
    await signIn(base, ada, "iPhone Safari/604.1"),
    await signIn(base, ada, "iPad Safari/604.1"),
    await signIn(base, grace),
  ];
  const idsIn = ({ text }: Answer) =>
    [...text.matchAll(/name="session" value="([\w-]+)"/g)].map(([, id]) => id ?? "");
  const ids = idsIn(await desk.get("/security"));
  assert.equal(ids.length, 2);
  for (const session of ids) await submit(stranger, "/security/sign-out", { session });
  assert.equal((await phone.get("/accounts")).status, 200);

  await submit(desk, "/security/sign-out", { session: ids[0] ?? "" });
  const open = statuses([await phone.get("/accounts"), await tablet.get("/accounts")]);
  assert.deepEqual(
    open.sort((a, b) => a - b),
    [200, 303],
  );
  await submit(desk, "/security/sign-out-others", {});
  for (const client of [phone, tablet]) {
    assert.match(
      noticeOf(await client.get("/sign-in")),
      /signed out from another one: Firefox on Windows/,
    );
  }
  assert.equal((await desk.get("/accounts")).status, 200);
  await submit(desk, "/sign-out", {});
  assert.equal((await desk.get("/accounts")).status, 303);
});

test("an outage of the store is not shown as signed out, and ends nothing", async (t) => {
  const working = memoryStore();
  let away = false;
  const sessions: Store["sessions"] = {
    ...working.sessions,
    find: async (id) => {
      if (away) throw new Error("the database is away");
      return working.sessions.find(id);
    },
  };
  const { base, auth, clock } = await openBank(t, { store: { ...working, sessions } });
  auth.on("store.failed", () => undefined);
  const client = await signIn(base, ada);
  // What a process knows of a session it reads again after a minute.
  await passTime(clock, 2 * minuteMs);
  away = true;
  const { status, text } = await client.get("/accounts");
  assert.deepEqual([status, /You are not signed out/.test(text)], [503, true]);
  away = false;
  await passTime(clock, minuteMs);
  assert.equal((await client.get("/accounts")).status, 200);
});
