import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStoreAddresses, showStore } from "./store-address.ts";

for (const [address, kind] of [
  ["memory:", "memory"],
  ["sqlite:./data/app.db", "sqlite"],
  ["sqlite::memory:", "sqlite"],
  ["postgres://localhost/app", "postgres"],
  ["postgresql://localhost/app", "postgres"],
  ["mysql://localhost/app", "mysql"],
  ["mariadb://localhost/app", "mysql"],
  ["redis://localhost", "redis"],
  ["rediss://localhost", "redis"],
] as const) {
  test(`knows ${address}`, () => {
    assert.deepEqual(
      parseStoreAddresses(address).map((each) => each.kind),
      [kind],
    );
  });
}

test("takes two with a comma, blanks or not", () => {
  for (const pair of ["redis://a,postgres://b/c", " redis://a, postgres://b/c "]) {
    assert.deepEqual(
      parseStoreAddresses(pair).map((each) => each.kind),
      ["redis", "postgres"],
    );
  }
});

test("hands the driver the whole address, with the parameters that say how to encrypt", () => {
  const url = "postgres://app:a%2Cb@db.example:6543/app?sslmode=require&application_name=auth";
  const [address] = parseStoreAddresses(url);
  assert.ok(address?.kind === "postgres");
  assert.equal(address.url, url);
});

for (const address of [
  "",
  "memory",
  "memory:x",
  "sqlite:",
  "sqlite:./a.db,oracle://host/db",
  "app.db",
  "oracle://host/db",
  "postgres:app",
  "memory:,",
]) {
  test(`refuses ${JSON.stringify(address)} and says what it knows`, () => {
    assert.throws(() => parseStoreAddresses(address), {
      name: "TypeError",
      message: /is not known\. Use memory:, sqlite:.*redis:\/\/…,postgres:\/\/…/,
    });
  });
}

test("refuses three addresses", () => {
  assert.throws(() => parseStoreAddresses("memory:,memory:,memory:"), { name: "TypeError" });
});

test("shows where a store is, without user, password and parameters", () => {
  const pair = "rediss://:hunter2@cache.example:6380/1?x=hunter2, postgres://a:hunter2@[::1]/app";
  assert.equal(showStore(pair), "rediss://…@cache.example:6380/1, postgres://…@[::1]/app");
  assert.equal(showStore("mysql://localhost/app?password=hunter2"), "mysql://localhost/app");
});

for (const password of [
  "hunter2@4",
  "hunter2/4",
  "hunter2?4",
  "hunter2#4",
  "hunter2:@",
  "1234/h,",
]) {
  test(`asks for ${password} to be percent-encoded, and shows nothing of it in messages`, () => {
    for (const scheme of ["postgres", "mysql", "redis", "mssql"]) {
      const address = `${scheme}://admin:${password}@db.example/app`;
      try {
        assert.doesNotMatch(showStore(address), /hunter|1234|admin/);
      } catch (error) {
        assert.match(String(error), /^TypeError: .*(?:%40|is not known)/);
        assert.doesNotMatch(String(error), /hunter|1234|admin/);
      }
    }
  });
}

test("says of an unknown address where it leads, but not its password", () => {
  assert.throws(
    () => parseStoreAddresses("mssql://admin:hunter2@db.example/app"),
    (error) => {
      assert.doesNotMatch(String(error), /hunter2|admin/);
      assert.match(String(error), /db\.example/);
      return true;
    },
  );
});
