import assert from "node:assert/strict";
import { test } from "node:test";
import { testAuth } from "../support/auth.ts";

test("a registration full of characters that are dear to normalise is refused before they are compared", async () => {
  const { auth } = testAuth();
  const body = JSON.stringify({
    email: "b@example.com",
    password: "ﷺ".repeat(1_000),
    name: "ﷺ ".repeat(10_000),
  });
  const ask = (): Promise<Response> =>
    auth.handler(
      new Request("http://localhost/auth/register", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      }),
    );
  const before = process.cpuUsage();
  for (let time = 0; time < 20; time += 1) {
    const answer = await ask();
    assert.equal(answer.status, 422);
    const { errors } = (await answer.json()) as { errors: readonly { field: string }[] };
    assert.ok(errors.some(({ field }) => field === "name"));
  }
  const { user, system } = process.cpuUsage(before);
  // Each took 140 to 590 ms when the name was compared with the password first; refusing it takes a few.
  assert.ok((user + system) / 20 < 60_000, `${(user + system) / 20_000} ms each`);
});

test("an option that is misspelt is an error, not a default", () => {
  const misspelt: readonly object[] = [
    { sesion: { idle: "1s" } },
    { session: { idel: "1s" } },
    { cookies: { nmae: "x" } },
  ];
  for (const options of misspelt) {
    assert.throws(() => testAuth(options), { name: "TypeError", message: /is not an option/ });
  }
});
