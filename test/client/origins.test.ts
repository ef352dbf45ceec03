import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { createClient, type TokensBody } from "symbolon/client";
import { alice } from "../support/auth.ts";
import { ClientWorld, FakeBrowser, serverUrl } from "../support/client-world.ts";

const tokens: TokensBody = { accessToken: "secret", tokenType: "Bearer", expiresIn: 300 };
const storage = { get: () => tokens, set: () => undefined };

/** A server that notes what it is asked, and where it sends whom. */
async function server(t: TestContext, location?: () => string) {
  const asked: IncomingMessage[] = [];
  const listening = createServer((request, response) => {
    asked.push(request);
    if (location === undefined) response.end("{}");
    else response.writeHead(307, { location: location() }).end();
  });
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  t.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return { asked, url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
}

describe("what a client holds goes to nobody but its server", () => {
  test("not by an address of another origin", async (t) => {
    const sent: Request[] = [];
    const fetch = async (request: Request): Promise<Response> => {
      sent.push(request);
      return new Response("{}");
    };
    const client = createClient({ baseUrl: serverUrl, delivery: "body", storage, fetch });
    t.after(() => client.close());
    const others = [
      "https://evil.example.com/profile",
      "//evil.example.com/profile",
      "\\\\evil.example.com/profile",
      "https:\\\\evil.example.com/profile",
      "https://app.example.com.evil.test/profile",
      "https://app.example.com:8443/profile",
      "http://app.example.com/profile",
      new URL("https://evil.example.com/profile"),
      new Request("https://evil.example.com/profile"),
      `blob:${serverUrl}/9115d58c-bcda-ff47-86e5-083e9a215304`,
    ];
    for (const other of others) await client.fetch(other);
    assert.equal(sent.length, others.length);
    for (const { headers, url } of sent) assert.equal(headers.get("authorization"), null, url);
    sent.length = 0;
    for (const own of ["/profile", "profile", `${serverUrl}/x`, new Request(`${serverUrl}/y`)]) {
      await client.fetch(own);
    }
    assert.deepEqual(
      sent.map(({ headers }) => headers.get("authorization")),
      Array.from({ length: 4 }, () => "Bearer secret"),
    );
  });

  test("not by a redirect", async (t) => {
    const thief = await server(t);
    const own = await server(t, () => `${thief.url}/stolen`);
    const client = createClient({ baseUrl: own.url, delivery: "body", storage });
    t.after(() => client.close());
    await assert.rejects(client.fetch("/profile"), TypeError);
    await assert.rejects(client.fetch("/profile", { redirect: "follow" }), TypeError);
    assert.equal((await client.fetch("/profile", { redirect: "manual" })).status, 307);
    await assert.rejects(client.signIn(alice), { code: "unreachable" });
    assert.equal(own.asked.length, 4);
    assert.equal(thief.asked.length, 0);
  });

  test("not in place of what the application sends itself", async (t) => {
    const own = await server(t);
    const client = createClient({ baseUrl: own.url, delivery: "body", storage });
    t.after(() => client.close());
    await client.fetch("/profile", { headers: { authorization: "Basic mine" } });
    assert.equal(own.asked[0]?.headers.authorization, "Basic mine");
  });

  test("and a client wants to know which server that is", () => {
    for (const baseUrl of [
      undefined,
      "",
      "/auth",
      "ftp://x.test",
      "https://x.test/app",
      "x.test",
    ]) {
      assert.throws(() => createClient(baseUrl === undefined ? {} : { baseUrl }), {
        name: "TypeError",
        message: /^baseUrl must be an origin/,
      });
    }
  });
});

describe("a server that wants CSRF tokens of old browsers", () => {
  test("wants none of one that says where a request comes from, as all do that run the client", async (t) => {
    const world = new ClientWorld(t, { csrf: "token" });
    const tab = new FakeBrowser(t, world).tab();
    await tab.register(alice);
    await world.expire();
    assert.equal((await tab.fetch("/notes", { method: "POST", body: "x" })).status, 200);
    await tab.signOut();
    assert.equal(world.count("GET /auth/csrf"), 0);
  });
});
