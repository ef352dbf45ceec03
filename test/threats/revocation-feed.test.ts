import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createAuth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { testSecret } from "../support/auth.ts";
import { client } from "../support/followed-issuers.ts";

const other = { id: "billing & more", secret: "Zk3vN6xT7bL5+%:mR8cE2pUd 0rXqYw4o1s" } as const;
const rotated = { id: client.id, secret: "mR8cE2pUdZk3vN6xT7bL5-rXq0Yw4o1s9" } as const;

function setUp() {
  const clock = new FakeClock();
  const store = memoryStore();
  const options = { secret: testSecret, store, clock };
  const auth = createAuth({ ...options, resourceServers: [client, other, rotated] });
  after(() => auth.close());
  return { auth, clock, store, options };
}

const encode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
const basic = ({ id, secret }: { readonly id: string; readonly secret: string }): string =>
  `Basic ${btoa(`${encode(id)}:${encode(secret)}`)}`;

const sync = {
  partition: 0,
  processId: "0123456789abcdef0123456789abcdef",
  cursor: null,
  liveForMs: 2_001,
  waitMs: 0,
};

type Asking = Pick<ReturnType<typeof setUp>, "auth">;

async function ask(
  { auth }: Asking,
  authorization: string | null,
  body: unknown = sync,
  { method = "POST", path = "/auth/revocations", headers = {} } = {},
) {
  const response = await auth.handler(
    new Request(`http://localhost${path}`, {
      method,
      headers: {
        ...(authorization !== null && { authorization }),
        ...(method === "POST" && { "content-type": "application/json" }),
        ...headers,
      },
      ...(method === "POST" && { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const json = (text === "" ? {} : JSON.parse(text)) as {
    readonly code?: string;
    readonly outcome?: string;
    readonly entries?: readonly {
      readonly seq: number;
      readonly id: string;
      readonly target: string;
    }[];
    readonly errors?: readonly { readonly field: string }[];
  };
  return { status: response.status, headers: response.headers, json };
}

describe("the feed of revocations", () => {
  test("is not there without services that may follow it", async () => {
    const { options } = setUp();
    for (const resourceServers of [undefined, []]) {
      const auth = createAuth({ ...options, ...(resourceServers && { resourceServers }) });
      assert.ok(!auth.handles("/auth/revocations"));
      assert.equal((await ask({ auth }, basic(client))).status, 404);
    }
  });

  test("tells nothing without the right id and secret", async () => {
    const world = setUp();
    const session = await world.auth.signIn({ userId: "u" }, { method: "POST", headers: {} });
    await world.auth.sessions.revokeAll({ userId: "u" });
    const wrong = [
      null,
      "",
      "Basic",
      "Basic !!!",
      `Basic ${btoa("no colon")}`,
      `Basic ${btoa(":")}`,
      `Basic ${btoa("%:%")}`,
      `Basic ${"A".repeat(100_000)}`,
      basic({ ...client, secret: other.secret }),
      basic({ ...other, secret: client.secret }),
      basic({ ...client, secret: client.secret.slice(1) }),
      basic({ id: "", secret: "" }),
      basic({ id: "nobody", secret: client.secret }),
      basic(client).replace("Basic", "Bearer"),
    ];
    for (const authorization of wrong) {
      for (const [method, path] of [
        ["GET", "/auth/revocations"],
        ["POST", "/auth/revocations"],
        ["DELETE", `/auth/revocations/${sync.processId}`],
      ]) {
        const answer = await ask(world, authorization, sync, {
          ...(method !== undefined && { method }),
          ...(path !== undefined && { path }),
          headers: { cookie: session.cookies[0]?.split(";")[0] ?? "" },
        });
        assert.deepEqual([answer.status, answer.json.code], [401, "invalid_client"]);
        assert.match(answer.headers.get("www-authenticate") ?? "", /^Basic realm=/);
        assert.equal(answer.json.entries, undefined);
      }
    }
    const following = await world.store.revocation.processes(0, world.clock.now());
    assert.equal(following.length, 1, "the issuer itself");
  });

  test("opens to each service, also while its secret is replaced, whatever characters they have", async () => {
    const world = setUp();
    for (const server of [client, rotated, other]) {
      const { status, headers, json } = await ask(world, basic(server));
      assert.deepEqual([status, json.outcome, json.entries], [200, "afresh", []]);
      assert.equal(headers.get("cache-control"), "no-store");
      assert.equal(headers.get("set-cookie"), null);
    }
  });

  test("never says in an error what a secret is, and takes none that can be guessed", () => {
    const { options } = setUp();
    const make = (entry: object) => () =>
      createAuth({ ...options, resourceServers: [entry as never] });
    assert.throws(make({ id: "s", secret: "too short" }), /^TypeError: (?!.*too short).*secret/);
    assert.throws(make({ id: "s", secret: "a".repeat(64) }), /unpredictable/);
    assert.throws(make({ id: "", secret: client.secret }), /id/);
    assert.throws(make({ id: "s", secret: client.secret, scope: "all" }), /scope is not an option/);
    assert.throws(make({ id: "s" }), /secret/);
    assert.throws(
      () => createAuth({ ...options, resourceServers: client as never }),
      /must be an array/,
    );
  });
});

const ids = (processes: readonly { readonly processId: string }[]): string[] =>
  processes.map(({ processId }) => processId).sort();

describe("a service that follows", () => {
  test("cannot say what is out of bounds", async () => {
    const world = setUp();
    const cases: Readonly<Record<string, readonly unknown[]>> = {
      partition: [1, -1, 0.5, "0", null, undefined],
      processId: [
        "",
        "short",
        "a".repeat(41),
        "a b c d e f g h i j k l",
        5,
        undefined,
        `x:${"a".repeat(20)}`,
      ],
      cursor: [
        undefined,
        {},
        { seq: 1 },
        { seq: -1, entryId: "e" },
        { seq: 2 ** 53, entryId: "e" },
        { seq: 1, entryId: "" },
        { seq: 1, entryId: "e".repeat(65) },
        { seq: 1, entryId: "a\n" },
        "5",
      ],
      liveForMs: [0, -1, 32_002, 1e9, "5", undefined, Number.MAX_VALUE],
      waitMs: [-1, 1_001, 0.5, null],
    };
    for (const [field, values] of Object.entries(cases)) {
      for (const value of values) {
        const { status, json } = await ask(world, basic(client), { ...sync, [field]: value });
        assert.deepEqual(
          [status, json.errors?.map((error) => error.field)],
          [422, [field]],
          `${field} ${String(value)}`,
        );
      }
    }
    assert.equal((await ask(world, basic(client), [])).status, 400);
    assert.deepEqual(await world.store.revocation.processes(0, world.clock.now()).then(ids), []);
  });

  test("cannot put the head of the log where no entry fits behind it", async () => {
    const world = setUp();
    await world.auth.ready();
    const cursor = { seq: Number.MAX_SAFE_INTEGER, entryId: "made-up" };
    const { status, json } = await ask(world, basic(client), { ...sync, cursor });
    assert.deepEqual([status, json.outcome], [200, "cut"]);
    const acknowledged = await world.store.revocation.processes(0, world.clock.now());
    const service = acknowledged.find(({ processId }) => processId.endsWith(sync.processId));
    assert.equal(service?.acknowledged, 0);
    const { seq } = await world.auth.sessions.revokeAll({ userId: "u" });
    assert.ok(seq !== null && seq < world.clock.now() * 1_000 + 1_000, `${seq}`);
  });

  test("cannot speak for another's process: not for an issuer's, nor for another service's", async () => {
    const world = setUp();
    await world.auth.ready();
    const now = (): number => world.clock.now();
    const [issuer] = ids(await world.store.revocation.processes(0, now()));
    assert.ok(issuer !== undefined);
    await world.auth.sessions.revokeAll({ userId: "u" });
    const { json } = await ask(world, basic(client), { ...sync, processId: issuer });
    const last = json.entries?.at(-1);
    const cursor = { seq: last?.seq, entryId: last?.id };
    const before = await world.store.revocation.processes(0, now());
    await ask(world, basic(other), { ...sync, processId: issuer, cursor });
    await ask(world, basic(other), sync, { method: "DELETE", path: `/auth/revocations/${issuer}` });
    const later = await world.store.revocation.processes(0, now());
    for (const row of before)
      assert.deepEqual(
        later.filter((each) => each.processId === row.processId),
        [row],
      );
    assert.equal(before.length, 2);
    assert.ok(ids(before).every((id) => id.length <= 64));
  });

  test("is taken off the list when it leaves, and only then", async () => {
    const world = setUp();
    await ask(world, basic(client));
    const leave = async (path: string) =>
      (await ask(world, basic(client), sync, { method: "DELETE", path })).status;
    const following = async () =>
      ids(await world.store.revocation.processes(0, world.clock.now())).filter((id) =>
        id.includes(":"),
      );
    assert.equal(await leave("/auth/revocations/unknown-but-well-formed"), 204);
    assert.equal(await leave("/auth/revocations/short"), 404);
    assert.equal((await following()).length, 1);
    assert.equal(await leave(`/auth/revocations/${sync.processId}`), 204);
    assert.deepEqual(await following(), []);
  });

  test("waits for as long as it says, or until there is something new; with a thousand others the next is answered at once", async () => {
    const world = setUp();
    await ask(world, basic(client));
    const waiting = { ...sync, waitMs: 1_000 };
    let answered = 0;
    const asked = Array.from({ length: 1_000 }, async () => {
      const answer = await ask(world, basic(client), waiting);
      answered += 1;
      return answer;
    });
    await turn();
    assert.equal(answered, 0);
    const { json } = await ask(world, basic(client), waiting);
    assert.deepEqual(json.entries, []);
    await world.auth.sessions.revokeAll({ tenantId: "t" });
    const answers = await Promise.all(asked);
    assert.ok(answers.every(({ json }) => json.entries?.[0]?.target === "t"));
    const idle = ask(world, basic(client), {
      ...waiting,
      cursor: cursorOf(answers[0]?.json.entries),
    });
    await turn();
    world.clock.advance(1_000);
    assert.deepEqual((await idle).json.entries, []);
  });

  test("is not kept waiting by an issuer that closes", async () => {
    const world = setUp();
    await ask(world, basic(client));
    const waiting = ask(world, basic(client), { ...sync, waitMs: 1_000 });
    await turn();
    await world.auth.close();
    assert.equal((await waiting).status, 200);
  });
});

const cursorOf = (entries: readonly { readonly seq: number; readonly id: string }[] = []) => {
  const last = entries.at(-1);
  return last === undefined ? null : { seq: last.seq, entryId: last.id };
};

async function turn(): Promise<void> {
  for (let nth = 0; nth < 20; nth += 1) await new Promise((go) => setImmediate(go));
}
