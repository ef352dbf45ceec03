import assert from "node:assert/strict";
import { copyFileSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { PackedProject } from "../package/packed-project.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { freePort, NodeProcess } from "../support/node-process.ts";
import { installRuntimes, versions, type RuntimeName } from "./runtimes/install.ts";
import { RuntimeProcess } from "./runtimes/runtime-process.ts";
import { prepareWorkers } from "./runtimes/worker-config.ts";

/* The packed package in other runtimes than Node: an application that is signed into, and a service that verifies tokens. */

const installed = installRuntimes();
const skip = "missing" in installed && installed.missing;
const json = { "content-type": "application/json" };
const ada = { email: "ada@example.com", password: "a phrase that nobody guesses" };
/** As `docs/frameworks.md` says them. */
const permissions = ["--allow-net", "--allow-env", "--allow-read", "--allow-ffi"];
const issuerPort = await freePort();
const issuer = `http://localhost:${issuerPort}`;
const clientSecret = "rXq0Yw4o1s9Zk3vN6xT7bL5mR8cE2pUd";
const serviceEnv = { ISSUER: issuer, CLIENT_SECRET: clientSecret };

test("docs/frameworks.md says which versions of which runtimes were tried, and what Deno must allow", () => {
  const page = readFileSync(new URL("../../docs/frameworks.md", import.meta.url), "utf8");
  for (const [name, version] of Object.entries(versions)) {
    assert.ok(page.toLowerCase().includes(`\n| ${name} ${version}`), name);
  }
  assert.ok(page.includes(permissions.join(" ")));
});

describe("other runtimes", { skip, concurrency: false }, () => {
  let project: PackedProject;
  let issuing: NodeProcess;
  before(async () => {
    project = new PackedProject();
    const folder = new URL("runtimes/", import.meta.url).pathname;
    for (const file of globSync("*.ts", { cwd: folder })) {
      copyFileSync(join(folder, file), join(project.folder, file));
    }
    issuing = await NodeProcess.start(
      ["examples/microservices/issuer.ts"],
      issuerEnv(),
      issuerPort,
    );
  });
  after(async () => {
    await issuing.end();
    project.remove();
    if ("remove" in installed) installed.remove();
  });

  const start: Readonly<Record<RuntimeName, (program: string) => Promise<RuntimeProcess>>> = {
    bun: (program) =>
      RuntimeProcess.start(program, ["serve-with-bun.ts"], project.folder, serviceEnv),
    deno: (program) =>
      RuntimeProcess.start(
        program,
        ["run", "--no-prompt", ...permissions, "serve-with-deno.ts"],
        project.folder,
        serviceEnv,
      ),
    workerd: async (program) => {
      project.write("workers.capnp", await prepareWorkers(project.folder, serviceEnv));
      const args = ["serve", "workers.capnp", "--control-fd=1"];
      return RuntimeProcess.start(program, args, project.folder, {});
    },
  };

  for (const name of Object.keys(versions) as RuntimeName[]) {
    describe(`${name} ${versions[name]}`, () => {
      let runtime: RuntimeProcess;
      before(async () => {
        if ("programs" in installed) runtime = await start[name](installed.programs[name]);
      });
      after(() => runtime.end());

      const ask = (
        path: string,
        cookie = "",
        init: RequestInit = {},
        site = "same-origin",
      ): Promise<Response> => {
        const headers = { ...json, cookie, "sec-fetch-site": site };
        return fetch(runtime.application + path, { ...init, headers });
      };
      const post = (path: string, body: object, cookie?: string): Promise<Response> =>
        ask(path, cookie, { method: "POST", body: JSON.stringify(body) });
      /** The cookie of a new login. */
      const signIn = async (): Promise<string> => cookieIn(await post("/auth/sign-in", ada));

      test("registers a user, and knows them on a guarded route", async () => {
        assert.equal((await ask("/profile")).status, 401);
        const registered = await post("/auth/register", ada);
        assert.equal(registered.status, 201);
        const { user } = (await registered.json()) as { user: { id: string } };
        const profile = await ask("/profile", cookieIn(registered));
        assert.deepEqual([profile.status, await profile.json()], [200, { userId: user.id }]);
      });

      test("signs in with the password only", async () => {
        const wrong = await post("/auth/sign-in", { ...ada, password: "another phrase" });
        assert.equal(wrong.status, 401);
        assert.equal((await ask("/profile", await signIn())).status, 200);
      });

      test("refuses what another site's page sends with the cookie", async () => {
        const cookie = await signIn();
        const send = (site: string): Promise<Response> =>
          ask("/profile", cookie, { method: "POST" }, site);
        assert.equal((await send("same-origin")).status, 200);
        const refused = await send("cross-site");
        assert.equal(refused.status, 403);
        const { code } = (await refused.json()) as { code: string };
        assert.equal(code, "cross_site_request");
      });

      test("ends one session by its sign-out, and another by revoking it", async () => {
        const [one, two, three] = [await signIn(), await signIn(), await signIn()];
        assert.equal((await post("/auth/sign-out", {}, one)).status, 204);
        assert.equal((await ask("/profile", one)).status, 401);
        const current = await (await ask("/auth/session", two)).json();
        const { session } = current as { session: { id: string } };
        const revoked = await ask(`/auth/sessions/${session.id}`, three, { method: "DELETE" });
        assert.equal(revoked.status, 204);
        assert.equal((await ask("/profile", two)).status, 401);
        assert.equal((await ask("/profile", three)).status, 200);
      });

      test("serves many at once when it has been idle for longer than its lease", async () => {
        const cookie = await signIn();
        await pause(2_500);
        const many = Array.from({ length: 20 }, () => ask("/profile", cookie));
        const statuses = await Promise.all(many.map(async (each) => (await each).status));
        assert.deepEqual(new Set(statuses), new Set([200]));
      });

      test("verifies tokens by the keys that their issuer publishes, until they are revoked", async () => {
        const email = `${name}@example.com`;
        const token = await registerAtIssuer(email);
        const given = { authorization: `Bearer ${token}` };
        const verified = await fetch(runtime.service, { headers: given });
        assert.deepEqual([verified.status, await verified.json()], [200, { email }]);
        const forged = { authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` };
        assert.equal((await fetch(runtime.service, { headers: forged })).status, 401);

        const headers = { ...given, ...json };
        const signedOut = await fetch(`${issuer}/auth/sign-out`, { method: "POST", headers });
        assert.equal(signedOut.status, 204);
        const began = performance.now();
        let refused = await fetch(runtime.service, { headers: given });
        while (refused.status === 200 && performance.now() < began + 5_000) {
          await pause(50);
          refused = await fetch(runtime.service, { headers: given });
        }
        const { code } = (await refused.json()) as { code?: string };
        assert.deepEqual([refused.status, code], [401, "token_revoked"]);
      });
    });
  }
});

function issuerEnv(): Readonly<Record<string, string>> {
  return {
    DATABASE: join(temporaryFolder(), "issuer.db"),
    ISSUER: issuer,
    AUTH_SECRET: "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-of-an-issuer",
    ORDERS_SECRET: clientSecret,
    INVOICES_SECRET: "tB8n3Vq1Xz6Rw0Ku5Pm2Jc7Hd4Ge9FsLk",
  };
}

/** The access token of a new user. */
async function registerAtIssuer(email: string): Promise<string> {
  const response = await fetch(`${issuer}/auth/register`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ ...ada, email, delivery: "body" }),
  });
  const { tokens } = (await response.json()) as { tokens?: { accessToken?: string } };
  assert.ok(tokens?.accessToken !== undefined, `the issuer answered ${response.status}`);
  return tokens.accessToken;
}

function cookieIn({ status, headers }: Response): string {
  const [pair = ""] = headers.getSetCookie()[0]?.split(";") ?? [];
  assert.notEqual(pair, "", `the answer (${status}) sets no cookie`);
  return pair;
}
