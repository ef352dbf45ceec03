import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import original from "jsonwebtoken";
import jwt, {
  sign,
  signAsync,
  TokenExpiredError,
  verify,
  verifyAsync,
} from "symbolon/compat/jsonwebtoken";
import * as all from "symbolon/compat/jsonwebtoken";

const require = createRequire(import.meta.url);
const secret = "a secret of more than thirty-two characters";

describe("the module", () => {
  test("is the same to import and require", () => {
    assert.equal(require("symbolon/compat/jsonwebtoken"), jwt);
    assert.equal(all.default, jwt);
    const named = new Map<string, unknown>(Object.entries(all));
    for (const [name, value] of Object.entries(jwt)) assert.equal(named.get(name), value);
    assert.deepEqual({ sign, verify }, { sign: jwt.sign, verify: jwt.verify });
  });

  test("has all that the original has", () =>
    assert.deepEqual(
      Object.keys(original).filter((name) => !(name in jwt)),
      [],
    ));

  test("lets tests replace its functions", (t) => {
    t.mock.method(jwt, "verify", () => "replaced");
    assert.equal(jwt.verify("", ""), "replaced");
  });
});

describe("errors", () => {
  test("have the members that an application sends or logs", () => {
    const at = new Date(0);
    const inner = new Error("inner");
    for (const [own, theirs] of [
      [new jwt.JsonWebTokenError("a", inner), new original.JsonWebTokenError("a", inner)],
      [new jwt.TokenExpiredError("a", at), new original.TokenExpiredError("a", at)],
      [new jwt.NotBeforeError("a", at), new original.NotBeforeError("a", at)],
    ] as const) {
      assert.equal(JSON.stringify(own), JSON.stringify(theirs));
      assert.deepEqual(Object.entries(own), Object.entries(theirs));
      assert.equal(String(own), String(theirs));
      assert.ok(own instanceof jwt.JsonWebTokenError && own instanceof Error);
      assert.match(own.stack ?? "", /forms\.test/);
    }
  });
});

describe("by promise", () => {
  test("signs and verifies", async () => {
    const token = await signAsync({ sub: "ann" }, secret, { expiresIn: "1h" });
    assert.equal((await verifyAsync(token, secret)).sub, "ann");
    assert.equal((await verifyAsync(token, secret, { complete: true })).header.alg, "HS256");
    await assert.rejects(verifyAsync(`${token}A`, secret), { message: "invalid signature" });
    await assert.rejects(signAsync({}, ""), { message: "secretOrPrivateKey must have a value" });
    const late = await signAsync({}, secret, { expiresIn: -1 });
    await assert.rejects(verifyAsync(late, secret), TokenExpiredError);
  });

  test("asks for a key by promise, by answer and by callback", async () => {
    const token = sign({ sub: "ann" }, secret, { keyid: "k" });
    assert.equal(
      (await verifyAsync(token, async ({ kid }) => (kid === "k" ? secret : ""))).sub,
      "ann",
    );
    assert.equal((await verifyAsync(token, () => secret)).sub, "ann");
    assert.equal((await verifyAsync(token, (_header, found) => found(null, secret))).sub, "ann");
    for (const find of [
      async () => Promise.reject(new Error("no such key")),
      () => {
        throw new Error("no such key");
      },
    ]) {
      await assert.rejects(verifyAsync(token, find), {
        name: "JsonWebTokenError",
        message: "error in secret or public key callback: no such key",
      });
    }
  });

  test("has promisify make the same of the callback forms", async () => {
    const signed = promisify<object, string, string | undefined>(jwt.sign);
    const token = await signed({ a: 1 }, secret);
    assert.equal(typeof token, "string");
  });

  test("holds a token against what was asked when the call was made", async () => {
    const token = sign({ iss: "us" }, secret);
    const options: all.VerifyOptions = { issuer: "us" };
    const verified = verifyAsync(token, async () => secret, options);
    options.issuer = "them";
    assert.equal(((await verified) as all.JwtPayload).iss, "us");
  });
});
