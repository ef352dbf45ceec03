import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test, type TestContext } from "node:test";
import type { TokensBody } from "symbolon";
import { WebSocket } from "ws";
import type { LiveMessage } from "../../examples/social/feed.ts";
import { MobileApp } from "../../examples/social/mobile-app.ts";
import { demoPeople } from "../../examples/social/seed.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { testSecret } from "../support/auth.ts";
import { NodeProcess } from "../support/node-process.ts";
import { startExample, startLater } from "../support/timed-example.ts";
import { Visitor } from "../support/visitor.ts";

const { ada, grace, mary } = demoPeople;
const file = "social/server.ts";
const minute = 60_000;
const day = 24 * 60 * minute;

type Headers = Readonly<Record<string, string>>;

/** What somebody heard on a WebSocket, and how it ended: its close code, or the status that refused it. */
interface Heard {
  readonly socket: WebSocket;
  readonly opened: Promise<unknown>;
  readonly messages: LiveMessage[];
  readonly ended: Promise<string>;
}

function openLive(t: Pick<TestContext, "after">, url: string, headers: Headers): Heard {
  const socket = new WebSocket(`${url.replace("http", "ws")}/live`, { headers });
  t.after(() => socket.terminate());
  const opened = new Promise((resolve) => socket.on("open", resolve));
  const messages: LiveMessage[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString())));
  const ended = new Promise<string>((resolve, reject) => {
    socket.on("close", (code, reason) => resolve(`${code} ${reason.toString()}`));
    socket.on("unexpected-response", (_request, response) => {
      resolve(String(response.statusCode));
      response.destroy();
    });
    socket.on("error", reject);
  });
  return { socket, opened, messages, ended };
}

/** A phone whose app is running: what it heard, and how to wait for the next thing. */
class Phone {
  tokens: TokensBody | null = null;
  readonly heard: string[] = [];
  readonly app: MobileApp;
  #news = Promise.withResolvers<void>();

  constructor(t: Pick<TestContext, "after">, url: string) {
    const note = (what: string): void => {
      this.heard.push(what);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    };
    const keychain = {
      read: () => this.tokens,
      write: (tokens: TokensBody | null) => void (this.tokens = tokens),
    };
    this.app = new MobileApp(url, keychain, {
      hear: (message) =>
        note(message.type === "post" ? message.post.text : `${message.like.likes} likes`),
      connected: () => note("connected"),
      signedOut: note,
    });
    t.after(() => this.app.close());
  }

  async hears(what: string, times = 1): Promise<void> {
    while (this.heard.filter((each) => each === what).length < times) await this.#news.promise;
  }

  /** Signs in and waits until it is connected. */
  async start({ email, password }: typeof grace): Promise<void> {
    await this.app.signIn(email, password);
    this.app.listen();
    await this.hears("connected");
  }
}

async function signedIn(url: string, person: typeof ada | typeof grace | typeof mary) {
  const visitor = new Visitor(url, "cookie", { "sec-fetch-site": "same-origin" });
  assert.equal((await visitor.signIn(person, { remember: true })).status, 200);
  return visitor;
}

describe("the social network", { timeout: 60_000 }, () => {
  let url: string;
  let server: NodeProcess;
  before(async () => {
    server = await NodeProcess.start([`examples/${file}`]);
    url = server.url;
  });
  after(() => server.end("SIGKILL"));

  test("starts without settings, and says where to look and how to start the app", async () => {
    // It listens before it says so.
    while (!/examples\/social\/mobile\.ts/.test(server.output)) await pause(10);
    assert.ok(server.output.includes(url));
  });

  test("shows strangers nothing but the page", async (t) => {
    const stranger = new Visitor(url, "cookie");
    for (const path of ["/api/feed", "/api/posts/1/like"]) {
      assert.notEqual((await stranger.get(path)).status, 200);
    }
    assert.equal((await stranger.get("/api/feed")).json["code"], "unauthenticated");
    assert.equal((await stranger.post("/api/posts", { text: "hello" })).status, 401);
    assert.equal(await openLive(t, url, {}).ended, "401");
  });

  test("brings a post and a like of a page to the app, and one of the app to the page, at once", async (t) => {
    const page = await signedIn(url, ada);
    const live = openLive(t, url, page.credential());
    const phone = new Phone(t, url);
    await phone.start(grace);
    await live.opened;
    const { json } = await page.post("/api/posts", { text: "from the page" });
    await phone.hears("from the page");
    const liked = once(live.socket, "message");
    await phone.app.like(String(json["id"]));
    await liked;
    await phone.hears("1 likes");
    assert.deepEqual(
      live.messages.map((message) => message.type === "like" && message.like.by.name),
      [false, grace.name],
    );
    await phone.app.post("from the phone");
    await phone.hears("from the phone");
    const { posts } = await phone.app.feed();
    assert.deepEqual(
      posts.slice(0, 2).map(({ text, liked }) => [text, liked]),
      [
        ["from the phone", false],
        ["from the page", true],
      ],
    );
  });

  test("counts a like once, however often it is sent, and takes it back", async () => {
    const page = await signedIn(url, ada);
    const { json } = await page.post("/api/posts", { text: "like me" });
    const path = `/api/posts/${String(json["id"])}/like`;
    const likes = async (method: string) => (await page.send(path, { method })).json["likes"];
    assert.deepEqual(await Promise.all([likes("PUT"), likes("PUT"), likes("PUT")]), [1, 1, 1]);
    assert.deepEqual([await likes("DELETE"), await likes("DELETE")], [0, 0]);
    assert.equal((await page.send("/api/posts/none/like", { method: "PUT" })).status, 404);
  });

  test("takes neither an empty post nor one that is too long", async () => {
    const page = await signedIn(url, ada);
    for (const text of ["", " \n ", "x".repeat(281)]) {
      assert.equal((await page.post("/api/posts", { text })).status, 400);
    }
  });

  test("closes the phone's socket at once when the page ends its session, and its tokens are worth nothing", async (t) => {
    const page = await signedIn(url, grace);
    const phone = new Phone(t, url);
    await phone.start(grace);
    const copy = new Visitor(url, "header");
    copy.tokens = phone.tokens;
    const live = openLive(t, url, copy.credential());
    await live.opened;

    const { sessions } = (await page.get("/auth/sessions")).json as {
      sessions: readonly { id: string; current: boolean; device: { userAgent: string } }[];
    };
    const [session] = sessions.filter(({ device }) => device.userAgent.startsWith("PerchApp/"));
    assert.equal((await page.delete(`/auth/sessions/${session?.id ?? ""}`)).status, 204);
    assert.equal(await live.ended, "4401 session_revoked");
    await phone.hears("session_revoked");
    assert.equal(phone.tokens, null);
    assert.equal((await copy.get("/api/feed")).json["code"], "session_revoked");
    assert.equal((await copy.refresh()).json["code"], "session_revoked");
    assert.equal((await page.get("/api/feed")).status, 200);
  });

  test("refuses another site's page: its forms, its WebSocket, and its sign-in", async (t) => {
    const page = await signedIn(url, ada);
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://elsewhere.example" };
    for (const path of ["/api/posts", "/auth/sign-out"]) {
      const { status, json } = await page.post(path, { text: "forged" }, { headers: foreign });
      assert.deepEqual([status, json["code"]], [403, "cross_site_request"]);
    }
    const { origin } = foreign;
    assert.equal(await openLive(t, url, { ...page.credential(), origin }).ended, "403");
    const login = await new Visitor(url, "cookie", foreign).signIn(ada);
    assert.equal(login.json["code"], "cross_site_request");
    assert.equal((await page.get("/api/feed")).status, 200);
  });

  test("lets the page load its own script and style, and nothing else", async () => {
    const { headers, text } = await new Visitor(url, "cookie").get("/");
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'.*require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/i);
  });

  test("goes on when somebody sends what is no frame", async (t) => {
    const page = await signedIn(url, ada);
    const peer = connect(server.port, "127.0.0.1");
    t.after(() => peer.destroy());
    const cookie = page.credential()["cookie"] ?? "";
    peer.write(
      `GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\nCookie: ${cookie}\r\n\r\n`,
    );
    await once(peer, "data");
    peer.resume();
    peer.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    await once(peer, "close");
    assert.equal((await page.get("/api/feed")).status, 200);
  });
});

test("a ban closes everything of its user, refuses the next sign-in, and is a moderator's", async (t) => {
  const { url } = await startExample(t, file, { env: {} });
  const [moderator, page] = [await signedIn(url, mary), await signedIn(url, grace)];
  const phone = new Phone(t, url);
  await phone.start(grace);
  const hers = openLive(t, url, page.credential());
  const other = openLive(t, url, moderator.credential());
  await Promise.all([hers.opened, other.opened]);
  const idOf = async (who: Visitor) =>
    ((await who.get("/api/feed")).json["me"] as { readonly id: string }).id;
  const ban = async (by: Visitor, id: string) => (await by.post(`/api/people/${id}/ban`)).status;
  const [id, moderatorId] = [await idOf(page), await idOf(moderator)];
  assert.equal(await ban(page, moderatorId), 403);
  assert.equal(await ban(moderator, moderatorId), 403);
  assert.equal(await ban(moderator, "nobody"), 404);
  const racing = Array.from({ length: 4 }, () => new Visitor(url, "header"));
  const signIns = racing.map((visitor) => visitor.signIn(grace));
  assert.equal(await ban(moderator, id), 200);
  await Promise.all(signIns);
  for (const visitor of racing) assert.equal((await visitor.get("/api/feed")).status, 401);

  assert.equal(await hers.ended, "4401 session_revoked");
  await phone.hears("session_revoked");
  assert.equal((await page.get("/api/feed")).json["code"], "session_revoked");
  await assert.rejects(phone.app.signIn(grace.email, grace.password), /closed this account/);
  const wrong = await new Visitor(url, "cookie").signIn({ ...grace, password: "a guess, no more" });
  assert.equal(wrong.json["code"], "invalid_credentials", "only who knows the password is told");
  assert.equal(other.socket.readyState, WebSocket.OPEN);
});

test("the app renews its access token after minutes and after weeks, and after a month unused it is signed out", async (t) => {
  const env = { AUTH_SECRET: testSecret, DATABASE: join(temporaryFolder(), "social.db") };
  const first = await startExample(t, file, { env });
  const { url } = first;
  const phone = new Phone(t, url);
  await phone.start(grace);
  const { length } = phone.tokens?.accessToken ?? "";
  assert.ok(length > 400 && length < 700, `${length} characters with each request`);
  let [running, connections] = [first, 1];
  for (const aheadMs of [6 * minute, 29 * day, 57 * day]) {
    running = await startLater(t, file, running, { env, aheadMs });
    const before = phone.tokens?.accessToken;
    const [, feed] = await Promise.all([phone.app.feed(), phone.app.feed()]);
    assert.equal(feed.me.name, grace.name);
    assert.notEqual(phone.tokens?.accessToken, before);
    await phone.hears("connected", (connections += 1));
    await phone.app.post(`after ${aheadMs} ms`);
    await phone.hears(`after ${aheadMs} ms`);
  }
  // Within a day: later the row is gone, and the code is `session_revoked`.
  await startLater(t, file, running, { env, aheadMs: 87.5 * day });
  await phone.hears("session_expired");
  assert.equal(phone.tokens, null);
});
