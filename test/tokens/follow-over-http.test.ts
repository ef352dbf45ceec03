import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { createTokenVerifier, followRevocations, type TokenVerifier } from "symbolon/tokens";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { freePort, NodeProcess } from "../support/node-process.ts";
import { claims } from "../support/tokens.ts";
import { codeOf } from "./issuer-fixture.ts";

/* A service with nothing but `symbolon/tokens`, and its issuer in another process: by real HTTP, in real time. */

const client = { id: "orders", secret: "rXq0Yw4o1s9Zk3vN6xT7bL5mR8cE2pUd" };
const port = await freePort();
const base = `http://localhost:${port}`;
const env = {
  DATABASE: join(temporaryFolder(), "issuer.db"),
  CLIENT: `${client.id}:${client.secret}`,
};
const start = () => NodeProcess.start(["test/support/issuing-app.ts"], env, port);

function service(clientSecret: string = client.secret): TokenVerifier {
  const verifier = createTokenVerifier({
    issuer: base,
    audience: String(claims.aud),
    dangerouslyAllowLoopbackHttp: true,
    revocations: followRevocations({
      issuer: base,
      clientId: client.id,
      clientSecret,
      lease: "1s",
      dangerouslyAllowLoopbackHttp: true,
    }),
  });
  after(() => verifier.close());
  return verifier;
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(base + path, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, path);
  return (await response.json()) as Answer;
}

const logIn = (userId: string) =>
  post<{ readonly token: string; readonly sessionId: string }>("/login", { userId });

/** How long it takes until the service says so: milliseconds. */
async function untilSaid(verifier: TokenVerifier, token: string, code: string): Promise<number> {
  const begun = performance.now();
  for (;;) {
    if ((await codeOf(verifier.verify(token))) === code) return performance.now() - begun;
    assert.ok(performance.now() - begun < 10_000, `never ${code}`);
    await pause(5);
  }
}

describe("a service that follows its issuer over HTTP", () => {
  let issuer: NodeProcess;
  before(async () => {
    issuer = await start();
  });
  after(() => issuer.end("SIGKILL"));

  test("refuses a revoked session long before the lease has passed, and is waited for", async () => {
    const verifier = service();
    const [one, two] = [await logIn("one"), await logIn("two")];
    await verifier.start();
    for (const { token } of [one, two]) {
      assert.equal(await codeOf(verifier.verify(token)), "verified");
    }
    await post("/revoke", { sessionId: one.sessionId });
    assert.ok((await untilSaid(verifier, one.token, "token_revoked")) < 1_000);
    const { propagation } = await post<{ readonly propagation: string }>("/revoke", {
      sessionId: two.sessionId,
      propagated: true,
    });
    assert.equal(propagation, "acknowledged");
    assert.equal(await codeOf(verifier.verify(two.token)), "token_revoked");
  });

  test("with a wrong secret lets nobody pass, and can tell its operator why", async () => {
    const verifier = service(`${client.secret}x`);
    const { token } = await logIn("three");
    await assert.rejects(verifier.verify(token), (error: Error & { code?: string }) => {
      assert.equal(error.code, "revocations_unavailable");
      assert.match(String(error.cause), /401: invalid_client/);
      return true;
    });
  });

  test("says that it does not know while the issuer is gone, and goes on when it is back", async () => {
    const verifier = service();
    const { token, sessionId } = await logIn("four");
    assert.equal(await codeOf(verifier.verify(token)), "verified");
    await issuer.end("SIGKILL");
    assert.ok((await untilSaid(verifier, token, "revocations_unavailable")) < 1_500);
    issuer = await start();
    assert.ok((await untilSaid(verifier, token, "verified")) < 2_500);
    await post("/revoke", { sessionId });
    await untilSaid(verifier, token, "token_revoked");
  });

  test("does not keep its process alive, and says goodbye when it is closed", async () => {
    const { token } = await logIn("five");
    const script = `
      import { createTokenVerifier, followRevocations } from "symbolon/tokens";
      const dangerouslyAllowLoopbackHttp = true;
      const verifier = createTokenVerifier({
        issuer: "${base}", audience: "${String(claims.aud)}", dangerouslyAllowLoopbackHttp,
        revocations: followRevocations({
          issuer: "${base}", clientId: "${client.id}", clientSecret: "${client.secret}", dangerouslyAllowLoopbackHttp,
        }),
      });
      await verifier.verify("${token}");
      if (process.argv.includes("close")) await verifier.close();
      console.log("done");
    `;
    const following = async () => (await fetch(`${base}/following`)).json() as Promise<number>;
    // Those of the tests above decide nothing any more.
    for (let left = await following(); left > 0; left = await following()) await pause(50);
    for (const [args, stillThere] of [
      [["close"], 0],
      [[], 1],
    ] as const) {
      const child = spawn(
        process.execPath,
        ["--conditions=symbolon:source", "--input-type=module", "-e", script, "--", ...args],
        { cwd: new URL("../../", import.meta.url).pathname, stdio: ["ignore", "pipe", "inherit"] },
      );
      const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(10_000) })) as [
        number,
      ];
      assert.equal(code, 0);
      assert.equal(await following(), stillThere);
    }
  });
});
