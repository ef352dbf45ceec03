import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readServerConfig } from "./config.ts";

const secret = "q8Zk3vN1xT7bL5mR9cY2wH6dJ4sF0gPa-test";

test("needs no setting in development, and listens where only this machine reaches it", () => {
  assert.deepEqual(readServerConfig({}), {
    host: "127.0.0.1",
    port: 3000,
    production: false,
    store: "sqlite:./data/symbolon.db",
    autoMigrate: true,
    secret: null,
    secretFile: join("data", "secret"),
    baseUrl: null,
    trustProxy: false,
    strategy: "session",
    preset: null,
  });
});

test("takes every setting, without the blanks around it", () => {
  assert.deepEqual(
    readServerConfig({
      NODE_ENV: "production",
      HOST: "10.0.0.1",
      PORT: " 8080 ",
      SYMBOLON_STORE: "memory:,sqlite:/srv/app/users.db",
      SYMBOLON_SECRET: `${secret}, ${secret}-old`,
      SYMBOLON_BASE_URL: "https://auth.example.com",
      SYMBOLON_TRUST_PROXY: "10.0.0.2, 10.1.0.0/16",
      SYMBOLON_STRATEGY: "hybrid",
      SYMBOLON_PRESET: "saas",
    }),
    {
      host: "10.0.0.1",
      port: 8080,
      production: true,
      store: "memory:,sqlite:/srv/app/users.db",
      autoMigrate: false,
      secret: [secret, `${secret}-old`],
      secretFile: "/srv/app/secret",
      baseUrl: "https://auth.example.com",
      trustProxy: ["10.0.0.2", "10.1.0.0/16"],
      strategy: "hybrid",
      preset: "saas",
    },
  );
});

test("takes an empty setting for one that is not there", () => {
  assert.deepEqual(
    readServerConfig({ PORT: "", SYMBOLON_SECRET: "  ", SYMBOLON_BASE_URL: "" }),
    readServerConfig({}),
  );
});

test("listens to everybody in production, where a container's network decides who comes", () => {
  assert.equal(
    readServerConfig({ NODE_ENV: "production", SYMBOLON_SECRET: secret }).host,
    "0.0.0.0",
  );
});

test("refuses to start in production without a secret, and says how to make one", () => {
  for (const missing of [{}, { SYMBOLON_SECRET: "" }, { SYMBOLON_SECRET: " " }]) {
    assert.throws(() => readServerConfig({ NODE_ENV: "production", ...missing }), {
      name: "TypeError",
      message: /SYMBOLON_SECRET is missing.*32 unpredictable bytes.*openssl rand/,
    });
  }
});

test("counts proxies where the setting is a number", () => {
  assert.equal(readServerConfig({ SYMBOLON_TRUST_PROXY: "2" }).trustProxy, 2);
});

for (const PORT of ["http", "-1", "65536", "3000.5", "NaN"]) {
  test(`refuses the port ${PORT} by name`, () => {
    assert.throws(() => readServerConfig({ PORT }), {
      name: "TypeError",
      message: /^PORT .*got "/,
    });
  });
}

test("takes the strategy of a preset", () => {
  for (const [preset, strategy] of [
    ["banking", "session"],
    ["social", "hybrid"],
    ["saas", "hybrid"],
  ] as const) {
    const config = readServerConfig({ SYMBOLON_PRESET: preset });
    assert.deepEqual([config.preset, config.strategy], [preset, strategy]);
  }
});

for (const [wrong, message] of [
  [{ SYMBOLON_STRATEGY: "tokens" }, /^SYMBOLON_STRATEGY .*"session", "hybrid", "jwt".*"tokens"/],
  [{ SYMBOLON_PRESET: "toString" }, /^SYMBOLON_PRESET .*"banking", "social".*"toString"/],
  [{ SYMBOLON_PRESET: "banking", SYMBOLON_STRATEGY: "jwt" }, /banking has the strategy "session"/],
] as const) {
  test(`refuses ${JSON.stringify(wrong)}, and says what is possible`, () => {
    assert.throws(() => readServerConfig(wrong), { name: "TypeError", message });
  });
}

for (const [store, folder] of [
  ["memory:", "data"],
  ["sqlite::memory:", "data"],
  ["sqlite:app.db", "."],
  ["sqlite:/var/lib/app/app.db", "/var/lib/app"],
  ["memory:, sqlite:./accounts/app.db", "accounts"],
  ["sqlite:./a/sessions.db,sqlite:./b/accounts.db", "a"],
] as const) {
  test(`keeps the secret beside the database of ${store}`, () => {
    assert.equal(readServerConfig({ SYMBOLON_STORE: store }).secretFile, join(folder, "secret"));
  });
}
