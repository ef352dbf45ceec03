import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OldWorld, visit } from "./old-world.ts";

describe("what an application's own functions get wrong", () => {
  for (const [name, login] of Object.entries({
    "a user id that no store keeps": { userId: "" },
    "a reserved claim": { claims: { sub: "somebody else" } },
    "data that does not fit": { data: { text: "x".repeat(70_000) } },
    "a time that is none": { authenticatedAt: Number.NaN },
  })) {
    test(`is reported, signs nobody out, and ends nothing: ${name}`, async () => {
      const world = new OldWorld();
      const process = world.start();
      const answer = await visit(process, world.login("a", login));
      assert.equal(answer.status, 503);
      assert.equal(process.failures.length, 1);
      assert.equal(world.old.logins.size, 1);
      assert.deepEqual(await process.auth.sessions.list("user-1"), []);
    });
  }
});

test("data that an old session does not have are left out", async () => {
  const world = new OldWorld();
  const data = { cart: undefined, theme: "dark" } as unknown as Record<string, string>;
  assert.equal(
    (await visit(world.start(), world.login("a", { data }))).principal?.userId,
    "user-1",
  );
});

test("a login that cannot be kept is answered 503 for itself, and is no outage of the others", async () => {
  const world = new OldWorld();
  const process = world.start();
  for (let times = 0; times < 20; times += 1) {
    const answer = await visit(process, world.login(`odd-${times}`, { userId: "" }));
    assert.equal(answer.status, 503);
  }
  assert.equal((await visit(process, world.login("a"))).principal?.userId, "user-1");
});
