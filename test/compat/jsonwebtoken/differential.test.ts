import assert from "node:assert/strict";
import { before, describe, mock, test } from "node:test";
import * as fc from "fast-check";
import original from "jsonwebtoken";
import own from "symbolon/compat/jsonwebtoken";
import { deviations } from "./deviations.ts";
import { keySamples } from "./key-samples.ts";
import { algorithm, now, payloads, signOptions, verifyOptions } from "./option-samples.ts";
import { type Library, type Outcome, outcomeOf, toldBy } from "./outcome.ts";

type Callback = (error: Error | null, value?: unknown) => void;
type Call = (...args: readonly unknown[]) => unknown;

/** With these, everything is as in the original; `deviations.test.ts` has what each of them is for. */
const asOriginal = {
  dangerouslyAllowWeakSecrets: true,
  dangerouslyAllowAsymmetricKeysAsSecrets: true,
};
const asOriginalVerify = {
  ...asOriginal,
  dangerouslyIgnoreCriticalHeaders: true,
  dangerouslyAllowUnsignedAmongSigned: true,
  dangerouslyAllowTokensOfAnySize: true,
  dangerouslyAllowRespelledSignatures: true,
  dangerouslyIgnoreUnusableExpectations: true,
};

/** Only what is listed may be refused where the original accepts; an audience is refused in words that name it. */
function isListed(message: string): boolean {
  return (
    message.startsWith("jwt audience invalid") ||
    deviations.some(({ refusal }) => refusal === message)
  );
}

/** Calls as JavaScript makes them, with whatever there is. */
const signOf = (library: Library): Call => library.sign as Call;
const verifyOf = (library: Library): Call => library.verify as Call;
const decodeOf = (library: Library): Call => library.decode as Call;

const seed = Number(process.env["SYMBOLON_SEED"] ?? Date.now() % 2 ** 31);
const parameters = (numRuns: number): fc.Parameters<unknown> => ({ numRuns, seed });
const sample = fc.constantFrom(...keySamples);

before(() => {
  console.log(`SYMBOLON_SEED=${seed}`);
  mock.timers.enable({ apis: ["Date"], now: now * 1000 + 400 });
});

describe("beside the original", () => {
  test("signs the same, or refuses in the same words", () => {
    let signed = 0;
    fc.assert(
      fc.property(payloads, sample, signOptions, algorithm, (payload, { signing }, some, alg) => {
        const options = alg === undefined ? some : { algorithm: alg, ...some };
        const theirs = outcomeOf(original, () =>
          signOf(original)(copyOf(payload), signing, options),
        );
        const ours = outcomeOf(own, () =>
          signOf(own)(copyOf(payload), signing, { ...options, ...asOriginal }),
        );
        signed += "value" in theirs ? 1 : 0;
        assertAlike(withoutSignature(ours), withoutSignature(theirs));
      }),
      parameters(6_000),
    );
    assert.ok(signed > 300, `only ${signed} were signed at all`);
  });

  test("writes the same into a payload that it may change", () => {
    fc.assert(
      fc.property(payloads, signOptions, (payload, some) => {
        const [theirs, ours] = [copyOf(payload), copyOf(payload)];
        const options = { ...some, mutatePayload: true };
        outcomeOf(original, () => signOf(original)(theirs, "secret", options));
        outcomeOf(own, () => signOf(own)(ours, "secret", { ...options, ...asOriginal }));
        // What no JSON would show is no difference: the original leaves an `nbf` of undefined behind when it fails.
        assert.equal(JSON.stringify(ours), JSON.stringify(theirs));
      }),
      parameters(1_000),
    );
  });

  test("calls back what it would answer, in the same tick", async () => {
    await fc.assert(
      fc.asyncProperty(
        payloads.filter(
          (payload) => payload !== "" && !["number", "boolean"].includes(typeof payload),
        ),
        sample,
        signOptions,
        algorithm.filter((alg) => alg !== "none"),
        async (payload, { signing }, some, alg) => {
          const options = alg === undefined ? some : { algorithm: alg, ...some };
          const theirs = await toldBy(original, (callback) =>
            signOf(original)(copyOf(payload), signing, options, callback),
          );
          const ours = await toldBy(own, (callback) =>
            signOf(own)(copyOf(payload), signing, { ...options, ...asOriginal }, callback),
          );
          if (theirs.when === "thrown at the caller") return;
          assert.equal(ours.when, theirs.when);
          assert.equal(ours.outcomes.length, 1);
          assertAlike(
            withoutSignature(ours.outcomes[0] as Outcome),
            withoutSignature(theirs.outcomes[0] as Outcome),
          );
        },
      ),
      parameters(1_500),
    );
  });

  const tokens = fc.tuple(payloads, sample, signOptions, algorithm).map(tokenOf);
  const altered = fc.tuple(tokens, fc.nat(), fc.nat({ max: 7 })).map(alter);

  test("verifies the same tokens, in the same words, at once and by callback", async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(altered, sample, verifyOptions, async (made, other, options) => {
        const key = made.isOwnKey ? made.sample.verifying : other.verifying;
        const safe = { ...options, ...asOriginalVerify };
        const theirs = outcomeOf(original, () => verifyOf(original)(made.token, key, options));
        const ours = outcomeOf(own, () => verifyOf(own)(made.token, key, safe));
        accepted += "value" in theirs ? 1 : 0;
        assertAlike(ours, theirs);

        const get = (_header: unknown, found: Callback): void => found(null, key);
        for (const given of [key, get]) {
          const told = await toldBy(own, (done) => verifyOf(own)(made.token, given, safe, done));
          assert.equal(told.when, "at once");
          assertAlike(told.outcomes[0] as Outcome, ours);
        }

        const atDefaults = outcomeOf(own, () => verifyOf(own)(made.token, key, options));
        if ("value" in atDefaults) assertAlike(atDefaults, theirs);
        else if ("value" in theirs)
          assert.ok(isListed(atDefaults.error.message), atDefaults.error.message);
      }),
      parameters(3_000),
    );
    assert.ok(accepted > 150, `only ${accepted} were accepted at all`);
  });

  test("decodes the same", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          altered.map(({ token }) => token),
          fc.string(),
          fc.constantFrom<unknown>(
            undefined,
            null,
            5,
            {},
            Buffer.from("a.b.c"),
            "e30.e30.",
            "NQ.e30.e30",
          ),
        ),
        fc.constantFrom<unknown>(
          undefined,
          null,
          {},
          { complete: true },
          { json: true },
          {
            complete: true,
            json: true,
          },
        ),
        (token, options) => {
          assertAlike(
            outcomeOf(own, () => decodeOf(own)(token, options)),
            outcomeOf(original, () => decodeOf(original)(token, options)),
          );
        },
      ),
      parameters(3_000),
    );
  });
});

interface Made {
  readonly token: unknown;
  readonly sample: (typeof keySamples)[number];
  readonly isOwnKey: boolean;
}

/** A token that the original made, if it can; else one of little worth. */
function tokenOf([payload, made, some, alg]: readonly [
  unknown,
  (typeof keySamples)[number],
  Record<string, unknown>,
  unknown,
]): Made {
  const fallbacks = [{ algorithm: alg, ...some }, { ...some }, { algorithm: alg }, {}];
  for (const options of fallbacks) {
    for (const claims of [payload, { exp: now + 5 }]) {
      const outcome = outcomeOf(original, () =>
        signOf(original)(copyOf(claims), made.signing, options),
      );
      if ("value" in outcome) return { token: outcome.value, sample: made, isOwnKey: true };
    }
  }
  return { token: "e30.e30.e30", sample: made, isOwnKey: true };
}

/** Most tokens are left as they are; the others are changed a little, or met with another key. */
function alter([made, place, how]: readonly [Made, number, number]): Made {
  const token = String(made.token);
  const at = place % (token.length + 1);
  const changes: Readonly<Record<number, Made>> = {
    0: { ...made, token: token.slice(0, at) + "A" + token.slice(at + 1) },
    1: { ...made, token: token.slice(0, token.lastIndexOf(".") + 1) },
    2: { ...made, token: token.slice(0, at) },
    3: { ...made, isOwnKey: false },
  };
  return changes[how] ?? made;
}

/** Payloads are changed by signing with `mutatePayload`. */
function copyOf(payload: unknown): unknown {
  const isPlain = typeof payload === "object" && payload !== null && payload.constructor === Object;
  return isPlain ? { ...payload } : payload;
}

/** RSA-PSS and ECDSA sign anew each time. */
function withoutSignature(outcome: Outcome): Outcome {
  if (!("value" in outcome) || typeof outcome.value !== "string") return outcome;
  const [header, payload, signature = ""] = outcome.value.split(".");
  return { value: [header, payload, signature === ""] };
}

/**
 * Equal, but where the original stumbles (over `undefined.type`, say) or where OpenSSL finds words for a call that is made
 * otherwise: then it is enough that both refuse.
 */
function assertAlike(ours: Outcome, theirs: Outcome): void {
  if ("error" in theirs && "error" in ours && isAccident(theirs.error.message)) return;
  assert.deepEqual(ours, theirs);
}

function isAccident(message: string): boolean {
  return /Cannot read properties|is not a function|^error:|expected "?(?:seq|int)|specified length|nsupported/.test(
    message,
  );
}
