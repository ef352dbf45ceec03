import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, mock, test } from "node:test";
import original from "jsonwebtoken";
import own from "symbolon/compat/jsonwebtoken";
import { deviations, handMade } from "./deviations.ts";
import { now } from "./option-samples.ts";
import { type Library, type Outcome, outcomeOf, toldBy } from "./outcome.ts";

type Call = (...args: readonly unknown[]) => unknown;
const signOf = (library: Library): Call => library.sign as Call;
const verifyOf = (library: Library): Call => library.verify as Call;

const page = readFileSync(new URL("../../../docs/jsonwebtoken.md", import.meta.url), "utf8");
const secret = "a secret of more than thirty-two characters";

before(() => mock.timers.enable({ apis: ["Date"], now: now * 1000 }));

describe("what is refused unless it is allowed", () => {
  for (const { what, verb, given, refusal, switch: name } of deviations) {
    test(what, () => {
      const call = (library: Library, allowed: Readonly<Record<string, unknown>>): Outcome => {
        const [first, key, options] = given;
        return outcomeOf(library, () =>
          (library[verb] as Call)(first, key, { ...options, ...allowed }),
        );
      };
      const theirs = call(original, {});
      assert.ok("value" in theirs, "the original refuses it, too: this is no deviation any more");
      const ours = call(own, {});
      assert.equal("error" in ours && ours.error.message, refusal);
      assert.deepEqual(call(own, { [name]: true }), theirs);
    });
  }
});

test("the documents describe each switch", () => {
  const names = new Set(deviations.map((deviation) => deviation.switch));
  assert.deepEqual(new Set(page.match(/\bdangerously\w+/g)), names);
});

describe("what nobody can rely on is repaired", () => {
  const both = [original, own] as const;

  test("an unsigned token is signed with a callback, which the original never calls", async () => {
    const [theirs, ours] = await Promise.all(
      both.map((library) =>
        toldBy(library, (done) => signOf(library)({ a: 1 }, null, { algorithm: "none" }, done)),
      ),
    );
    assert.deepEqual(theirs?.outcomes, []);
    assert.equal(ours?.outcomes.length, 1);
  });

  test("so is an empty text, and a number, at which the original throws", async () => {
    for (const payload of ["", 5]) {
      const ours = await toldBy(own, (done) => signOf(own)(payload, secret, {}, done));
      const value = outcomeOf(own, () => signOf(own)(payload, secret, {}));
      assert.deepEqual(ours, { when: "next tick", outcomes: [value] });
      const theirs = await toldBy(original, (done) => signOf(original)(payload, secret, {}, done));
      assert.notDeepEqual(theirs.outcomes, [value]);
    }
  });

  test("a callback is called once, where the original fails and then succeeds", async () => {
    const call = (library: Library): ReturnType<typeof toldBy> =>
      toldBy(library, (done) => signOf(library)({ iss: "a" }, secret, { issuer: "b" }, done));
    const ours = await call(own);
    assert.equal(ours.outcomes.length, 1);
    // The original's second call comes after its first has been told.
    let calls = 0;
    signOf(original)({ iss: "a" }, secret, { issuer: "b" }, () => (calls += 1));
    await new Promise((resolve) => process.nextTick(resolve));
    assert.equal(calls, 2);
  });

  test("what a callback throws is a warning, where the original loses it", async () => {
    const thrown = new Error("of the application");
    const warned = new Promise((resolve) => process.once("warning", resolve));
    signOf(own)({ a: 1 }, secret, {}, () => {
      throw thrown;
    });
    assert.equal(await warned, thrown);
  });

  test("letters in a header arrive, where the original lets a kid write into the header", () => {
    const keyid = "x\u2222,\u2222alg\u2222:\u2222none";
    const headerOf = (library: Library): unknown =>
      library.decode(signOf(library)({ a: 1 }, secret, { keyid }) as string, { complete: true })
        ?.header;
    assert.deepEqual(headerOf(own), { alg: "HS256", typ: "JWT", kid: keyid });
    assert.deepEqual(headerOf(original), { alg: "none", typ: "JWT", kid: "x" });
    const token = signOf(own)({ a: 1 }, secret, { keyid }) as string;
    assert.equal(original.decode(token, { complete: true })?.header.kid, keyid);
  });

  test("claims may be called as members of every object are", () => {
    const claims = { constructor: "a", toString: "b" };
    const token = own.sign(claims, secret, { noTimestamp: true });
    assert.deepEqual(own.verify(token, secret), claims);
    assert.throws(() => original.sign(claims, secret), TypeError);
  });

  for (const [what, token, key, options] of [
    [
      "an unsigned HS256 token for which no key is found",
      "eyJhbGciOiJIUzI1NiJ9.e30.",
      undefined,
      { algorithms: ["HS256"] },
    ],
    ["a payload of null", handMade({ alg: "HS256", typ: "JWT" }, null), secret, {}],
    [
      "an alg that is no text",
      handMade({ alg: ["HS256"], typ: "JWT" }, {}),
      secret,
      { algorithms: "HS256" },
    ],
  ] as const) {
    test(`${what} is refused in words, where the original throws at whoever calls back`, async () => {
      const call = (library: Library): ReturnType<typeof toldBy> =>
        toldBy(library, (done) =>
          verifyOf(library)(token, (_: unknown, found: Call) => found(null, key), options, done),
        );
      assert.equal((await call(original)).when, "thrown at the caller");
      const [told] = (await call(own)).outcomes;
      assert.deepEqual(told !== undefined && "error" in told && told.error.classes, [
        "JsonWebTokenError",
      ]);
    });
  }

  test("a pattern with the flag g fits each time", () => {
    const token = own.sign({ aud: "ann" }, secret);
    const times = (library: Library, audience: RegExp): readonly boolean[] =>
      [1, 2].map(
        () => "value" in outcomeOf(library, () => verifyOf(library)(token, secret, { audience })),
      );
    assert.deepEqual(times(own, /ann/g), [true, true]);
    assert.deepEqual(times(original, /ann/g), [true, false]);
  });

  test("a token of 1970 is too old for any maxAge", () => {
    const token = handMade({ alg: "HS256", typ: "JWT" }, { iat: 0 });
    assert.equal(original.verify(token, secret, { maxAge: "1h" }) !== null, true);
    assert.throws(() => own.verify(token, secret, { maxAge: "1h" }), {
      message: "maxAge exceeded",
    });
  });
});

test("a short secret is warned about once, and not at all where it is allowed", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on("warning", note);
  own.sign({}, "short", { dangerouslyAllowWeakSecrets: true });
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
  for (const given of ["short", "other"]) own.verify(own.sign({}, given), given);
  await new Promise(setImmediate);
  process.off("warning", note);
  const [warning, ...rest] = warnings;
  assert.equal((warning as NodeJS.ErrnoException | undefined)?.code, "weak_hmac_secret");
  assert.deepEqual(rest, []);
});
