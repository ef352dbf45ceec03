import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { createAuth, presets, type Presets } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { toMilliseconds } from "../src/util/duration.ts";
import { testSecret } from "./support/auth.ts";

const names = Object.keys(presets) as readonly (keyof Presets)[];
const request = { method: "POST", headers: new Headers({ host: "localhost" }) };

for (const name of names) {
  test(`presets.${name} makes an engine whose sessions live as long as it says`, async () => {
    const clock = new FakeClock();
    const preset = presets[name];
    const auth = createAuth({ ...preset, secret: testSecret, store: memoryStore(), clock });
    const [idle, absolute] = [preset.session.idle, preset.session.absolute].map((each) =>
      toMilliseconds(each ?? Number.NaN, name),
    ) as [number, number];
    assert.ok(idle < absolute);

    const { principal, session, cookies } = await auth.signIn({ userId: "1" }, request);
    assert.equal(principal.strategy, preset.strategy);
    assert.equal(session.expiresAt, session.createdAt + idle);
    const sameSite = "cookies" in preset ? "Strict" : "Lax";
    assert.deepEqual(
      cookies.filter((cookie) => !cookie.includes(`; SameSite=${sameSite}`)),
      [],
    );
    assert.equal(cookies.length, preset.strategy === "hybrid" ? 2 : 1);

    clock.advance(idle - 1);
    assert.notEqual(await auth.sessions.get(session.id), null);
    clock.advance(1);
    assert.equal(await auth.sessions.get(session.id), null);
    await auth.close();
  });

  test(`presets.${name} cannot be changed for everybody, and gives way to what comes after it`, async () => {
    const preset = presets[name];
    for (const each of [presets, preset, ...Object.values(preset)]) {
      assert.ok(Object.isFrozen(each));
    }
    const session = { ...preset.session, idle: "10m" } as const;
    const auth = createAuth({ ...preset, secret: testSecret, store: memoryStore(), session });
    const signedIn = await auth.signIn({ userId: "1" }, request);
    assert.equal(signedIn.session.expiresAt - signedIn.session.createdAt, 600_000);
    await auth.close();
  });
}

test("presets.saas signs access tokens for five minutes", async () => {
  const auth = createAuth({ ...presets.saas, secret: testSecret, store: memoryStore() });
  const { tokens } = await auth.signIn({ userId: "1", delivery: "body" }, request);
  assert.ok(tokens !== undefined && tokens.expiresIn <= 300 && tokens.expiresIn > 240);
  await auth.close();
});

describe("docs/presets.md", () => {
  const page = readFileSync(new URL("../docs/presets.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) => row.split(" | "));

  test("has a column for every preset", () =>
    assert.deepEqual(rows[0], ["option", ...names.map((name) => `\`presets.${name}\``)]));

  test("has a row for everything that a preset sets, with its value, and no other", () => {
    const set = new Map(names.map((name) => [name, new Map(leavesOf(presets[name]))]));
    const options = [...new Set([...set.values()].flatMap((leaves) => [...leaves.keys()]))];
    const told = rows.slice(1);
    assert.deepEqual(told.map(([option = ""]) => option).sort(), options.sort());
    for (const [option = "", ...values] of told) {
      assert.deepEqual(
        values,
        names.map((name) => set.get(name)?.get(option) ?? "-"),
        option,
      );
    }
  });
});

/** The options of a preset with their values, both as a page writes them. */
function leavesOf(options: object, prefix = ""): [string, string][] {
  return Object.entries(options).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null
      ? leavesOf(value, `${prefix}${key}.`)
      : [[`\`${prefix}${key}\``, `\`${JSON.stringify(value)}\``] satisfies [string, string]],
  );
}
