import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { dangerouslyKeepTokensInLocalStorage, type TokensBody } from "symbolon/client";
import { alice, bob } from "../support/auth.ts";
import { ClientWorld, FakeBrowser, settle, until } from "../support/client-world.ts";

type Tab = ReturnType<FakeBrowser["tab"]>;

async function signedIn(
  t: TestContext,
  count: number,
): Promise<{ world: ClientWorld; browser: FakeBrowser; tabs: readonly Tab[] }> {
  const world = new ClientWorld(t);
  const browser = new FakeBrowser(t, world);
  const tabs = Array.from({ length: count }, () => browser.tab());
  for (const tab of tabs) t.after(tab.session.subscribe(() => undefined));
  await until(() => tabs.every((tab) => tab.session.get().status === "signed_out"));
  await tabs[0]?.register(alice);
  await until(() => tabs.every((tab) => tab.session.get().user?.email === alice.email));
  return { world, browser, tabs };
}

const profiles = (tabs: readonly Tab[]): Promise<number[]> =>
  Promise.all(tabs.map(async (tab) => (await tab.fetch("/profile")).status));

describe("the tabs of a browser", () => {
  test("renew once at each expiry, whichever of them ask", async (t) => {
    const { world, tabs } = await signedIn(t, 5);
    for (let round = 1; round <= 20; round += 1) {
      await world.expire();
      // One alone, several, all; each of them the first now and then.
      const asking = tabs.toSpliced(0, round % 5).concat(tabs.slice(0, round % 5));
      const some = asking.slice(0, 1 + (round % 5));
      assert.deepEqual(new Set(await profiles(some)), new Set([200]));
      assert.equal(world.count("POST /auth/refresh"), round);
      assert.deepEqual(new Set(await profiles(tabs)), new Set([200]));
      assert.equal(world.count("POST /auth/refresh"), round);
    }
  });

  test("go on when the one that renews is closed, at the latest after four seconds", async (t) => {
    const { world, tabs, browser } = await signedIn(t, 3);
    const [dying, ...others] = tabs;
    assert.ok(dying !== undefined);
    await world.expire();
    const held = world.hold("POST /auth/refresh");
    dying.fetch("/profile").catch(() => undefined);
    await held.reached;
    const began = performance.now();
    let passed = 0;
    t.mock.timers.enable({ apis: ["setTimeout"] });
    t.mock.method(performance, "now", () => began + passed);
    const answers: number[] = [];
    void profiles(others).then((statuses) => answers.push(...statuses));
    await settle();
    // Its process is gone: it says nothing, and nobody is told.
    browser.channels[0]?.close();
    while (answers.length === 0 && passed < 4_200) {
      passed += 20;
      t.mock.timers.tick(20);
      await settle();
    }
    assert.deepEqual(answers, [200, 200]);
    assert.ok(passed > 2_900);
    assert.equal(world.count("POST /auth/refresh"), 2);
    held.release();
  });

  test("do not wait for one that sleeps, and tell it nothing wrong when it wakes", async (t) => {
    const { world, tabs, browser } = await signedIn(t, 2);
    const [sleeper, waker] = tabs;
    assert.ok(sleeper !== undefined && waker !== undefined);
    const [channel] = browser.channels;
    assert.ok(channel !== undefined);
    channel.isFrozen = true;
    for (let round = 1; round <= 3; round += 1) {
      await world.expire();
      assert.equal((await waker.fetch("/profile")).status, 200);
      assert.equal(world.count("POST /auth/refresh"), round);
    }
    await world.expire();
    // It hears of three renewals of long ago: none of them is of today.
    t.mock.timers.enable({ apis: ["Date"], now: Date.now() + 60_000 });
    channel.wake();
    assert.equal((await sleeper.fetch("/profile")).status, 200);
    assert.equal(world.count("POST /auth/refresh"), 4);
  });

  test("are signed out together", async (t) => {
    const { world, tabs } = await signedIn(t, 3);
    await tabs[2]?.signOut();
    await until(() => tabs.every((tab) => tab.session.get().status === "signed_out"));
    assert.equal(world.count("POST /auth/sign-out"), 1);
  });

  test("learn of a sign-out by one that has never asked who is signed in", async (t) => {
    const { browser, tabs } = await signedIn(t, 2);
    await browser.tab().signOut();
    await until(() => tabs.every((tab) => tab.session.get().status === "signed_out"));
  });

  test("lose nothing when one of them is closed while it renews", async (t) => {
    const { world, tabs } = await signedIn(t, 2);
    await world.expire();
    const held = world.hold("POST /auth/refresh");
    const asked = tabs[0]?.fetch("/profile");
    await held.reached;
    tabs[0]?.close();
    held.release();
    assert.equal((await asked)?.status, 401, "its turn is over");
    assert.deepEqual(await profiles(tabs), [200, 200]);
  });

  test("are signed out together when a renewal is refused, by one request", async (t) => {
    const { world, tabs } = await signedIn(t, 4);
    const seen: string[] = [];
    tabs.forEach((tab, n) =>
      t.after(tab.session.subscribe(() => seen.push(`${n} ${tab.session.get().status}`))),
    );
    const id = tabs[0]?.session.get().session?.id ?? "";
    await world.auth.sessions.revoke(id);
    await world.expire();
    world.sent.length = 0;
    assert.deepEqual(new Set(await profiles(tabs)), new Set([401]));
    await settle();
    assert.deepEqual(
      seen.toSorted(),
      tabs.map((_, n) => `${n} signed_out`),
    );
    assert.ok(world.count("POST /auth/refresh") <= 1);
  });

  test("follow a sign-in as somebody else, and show nothing of the one before", async (t) => {
    const { world, tabs } = await signedIn(t, 2);
    const [one, other] = tabs;
    assert.ok(one !== undefined && other !== undefined);
    const seen: (string | undefined)[] = [];
    t.after(other.session.subscribe(() => seen.push(other.session.get().user?.email)));
    const held = world.hold("GET /auth/session");
    await one.register(bob);
    await held.reached;
    assert.equal(other.session.get().status, "unknown");
    held.release();
    await until(() => other.session.get().user?.email === bob.email);
    assert.deepEqual(seen, [undefined, bob.email]);
  });

  test("go on showing the user who signs in again in one of them", async (t) => {
    const { tabs } = await signedIn(t, 2);
    const [one, other] = tabs;
    assert.ok(one !== undefined && other !== undefined);
    const seen: (string | undefined)[] = [];
    t.after(other.session.subscribe(() => seen.push(other.session.get().user?.email)));
    const { session } = await one.signIn(alice);
    await until(() => other.session.get().session?.id === session.id);
    assert.deepEqual(new Set(seen), new Set([alice.email]));
  });

  test("that keep tokens together, where scripts can read them, renew once", async (t) => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    };
    const before = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
    Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
    t.after(() => {
      if (before !== undefined) Object.defineProperty(globalThis, "localStorage", before);
    });
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const tab = (): Tab =>
      browser.tab({ delivery: "body", storage: dangerouslyKeepTokensInLocalStorage() });
    const tabs = [tab(), tab(), tab()];
    await tabs[0]?.register(alice);
    for (let round = 1; round <= 5; round += 1) {
      await world.expire();
      assert.deepEqual(await profiles(tabs), [200, 200, 200]);
      assert.equal(world.count("POST /auth/refresh"), round);
    }
    const tokens = JSON.parse(kept.get("symbolon_tokens") ?? "null") as TokensBody;
    assert.match(tokens.refreshToken ?? "", /^syr_/);
    await tabs[1]?.signOut();
    assert.deepEqual([...kept], []);
    assert.deepEqual(await profiles(tabs), [401, 401, 401]);
  });

  test("each have a login of their own where each keeps its tokens in memory", async (t) => {
    const world = new ClientWorld(t);
    const browser = new FakeBrowser(t, world);
    const [one, other] = [browser.tab({ delivery: "body" }), browser.tab({ delivery: "body" })];
    await one.register(alice);
    await other.register(bob);
    await one.signOut();
    assert.equal((await one.fetch("/profile")).status, 401);
    assert.equal((await other.fetch("/profile")).status, 200);
    assert.equal(browser.channels.length, 0);
    assert.deepEqual(browser.jar.getCookiesSync("https://app.example.com"), []);
  });
});
