import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { alice, bob } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { openSocket, readAnswer, sendRaw, type RawAnswer } from "../support/raw-http.ts";
import { startStandalone } from "../support/standalone.ts";
import { pageAbuses, protocolAbuses, routeAbuses, type Expected } from "./abusive-requests.ts";

const database = join(temporaryFolder(), "app.db");
const server = await startStandalone({ after }, { SYMBOLON_STORE: `sqlite:${database}` });
const witness = new Client(server.url);
assert.equal((await witness.post("/auth/register", alice)).status, 201);

for (const [kind, abuses] of [
  ["a problem document", routeAbuses],
  ["a page", pageAbuses],
  ["a status at most", protocolAbuses],
] as const) {
  for (const { name, bytes, expected } of abuses) {
    test(`answers ${name} by ${kind}, and serves on`, async () => {
      assertAnswer(await sendRaw(server.port, ...bytes), expected);
      await assertStillServing();
    });
  }
}

test("keeps a connection usable after a body that is too large, or ends it", async () => {
  const agent = await openSocket(server.port);
  const body = Buffer.alloc(1_000_000, "x");
  agent.write(`POST /auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
  agent.write(body);
  agent.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const { status, body: rest } = await readAnswer(agent);
  assert.equal(status, 413);
  // What follows must be read as a request of its own, never as the rest of the body.
  assert.doesNotMatch(rest, /HTTP\/1\.1 (?!200)/);
});

for (const [path, type, begun] of [
  ["/auth/sign-in", "application/json", '{"email":'],
  ["/sign-in", "application/x-www-form-urlencoded", "email="],
  ["/account/password", "application/x-www-form-urlencoded", "currentPassword="],
] as const) {
  test(`survives a client that goes away in the middle of a body to ${path}`, async () => {
    for (const leave of ["end", "destroy"] as const) {
      const socket = await openSocket(server.port);
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${witness.cookie}\r\n`;
      socket.write(`${head}Content-Type: ${type}\r\nContent-Length: 1000\r\n\r\n${begun}`);
      await assertStillServing();
      socket[leave]();
      if (!socket.closed) await once(socket.resume(), "close");
      await assertStillServing();
    }
  });
}

test("refuses cookies of two sessions and takes them away, so that signing in mends it", async () => {
  const other = new Client(server.url);
  await other.post("/auth/register", bob);
  const both = { headers: { cookie: `${witness.cookie}; ${other.cookie}` } };

  const stranger = new Client(server.url);
  const refused = await stranger.get("/auth/session", both);
  assert.deepEqual([refused.status, refused.json["code"]], [400, "duplicate_cookie"]);
  assert.match(refused.headers.get("set-cookie") ?? "", /^sym=; .*Max-Age=0/);
  const page = await stranger.get("/account", both);
  assert.equal(page.status, 303);
  assert.match(page.headers.get("set-cookie") ?? "", /^sym=; Path=\/; Max-Age=0/);
  assert.equal((await stranger.post("/auth/sign-in", alice, both)).status, 200);

  const twice = { headers: { cookie: `${other.cookie}; ${other.cookie}` } };
  assert.equal((await stranger.get("/auth/session", twice)).status, 200);
  await assertStillServing();
});

test("says that a session has expired, on pages too", async () => {
  const client = new Client(server.url);
  const { json } = await client.post("/auth/sign-in", alice);
  const { id } = json["session"] as { id: string };
  const connection = new DatabaseSync(database);
  connection
    .prepare("update symbolon_sessions set created_at = 1, last_seen_at = 1 where id = ?")
    .run(id);
  connection.close();

  const refused = await client.get("/auth/session");
  assert.deepEqual([refused.status, refused.json["code"]], [401, "session_expired"]);
  const page = await client.get("/account");
  assert.deepEqual(
    [page.status, page.headers.get("location")],
    [303, "/sign-in?notice=session-expired&next=/account"],
  );
  assert.equal((await client.post("/auth/sign-out")).status, 204);
  await assertStillServing();
});

test("signs one user in 200 times at once", { timeout: 60_000 }, async () => {
  const clients = Array.from({ length: 200 }, () => new Client(server.url));
  const answers = await Promise.all(clients.map((client) => client.post("/auth/sign-in", alice)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  const { json } = await witness.get("/auth/sessions");
  assert.ok((json["sessions"] as unknown[]).length > 200);
  for (const client of clients) assert.equal((await client.get("/auth/session")).status, 200);
  assert.deepEqual((await witness.delete("/auth/sessions")).status, 200);
  for (const client of clients) assert.equal((await client.get("/auth/session")).status, 401);
});

test("stops guesses at a user, and leaves who is signed in alone", async () => {
  const guess = { ...alice, password: "wrong horse battery" };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => new Client(server.url).post("/auth/sign-in", guess)),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([401, 429]));
  for (const { status, headers } of answers) {
    assert.equal(status === 429, Number(headers.get("retry-after")) > 0);
  }
  await assertStillServing();
});

/** The user who registered first is signed in, and nothing of theirs is lost. */
async function assertStillServing(): Promise<void> {
  const { status, json } = await witness.get("/auth/session");
  assert.equal(status, 200);
  assert.equal((json["user"] as { email: string }).email, alice.email);
}

function assertAnswer({ status, head, body }: RawAnswer, expected: Expected): void {
  assert.equal(status, expected.status, body);
  assert.doesNotMatch(body, /\.ts:\d|node_modules|node:internal/);
  if ("problem" in expected) {
    assert.match(head, /content-type: application\/problem\+json/);
    const problem = JSON.parse(body) as Readonly<Record<string, unknown>>;
    assert.equal(problem["code"], expected.problem);
    assert.equal(problem["status"], expected.status);
    assert.ok(String(problem["detail"]).length > 10);
  } else if ("page" in expected) {
    assert.match(head, /content-type: text\/html/);
    assert.match(head, /content-security-policy: default-src 'none'/);
    assert.equal(/<h1>([^<]*)<\/h1>/.exec(body)?.[1], expected.page);
  }
}
