import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeIssuer, must } from "../../test/support/tokens.ts";
import { parseVerificationJwk } from "../core/access-tokens/jwk.ts";
import { publicJwk } from "../core/access-tokens/node-keys.ts";
import { parseOnNode } from "../core/access-tokens/node-verifier.ts";
import { importWebKey, isSignature } from "./web-signature.ts";

const issuer = await makeIssuer();
const parsed = parseVerificationJwk(publicJwk(must(issuer.keys.get("ES256"))));
assert.ok(typeof parsed !== "string");
const key = await importWebKey(parsed);
const jws = parseOnNode(issuer.issue("ES256"), 8192);
assert.ok(typeof jws !== "string");

describe("a signature on WebCrypto", () => {
  test("of zeros is refused, even where the runtime would take it", async (t) => {
    t.mock.method(crypto.subtle, "verify", async () => true);
    const zeros = Buffer.alloc(64).toString("base64url");
    assert.equal(await isSignature(key, { ...jws, signature: zeros }), false);
    assert.equal(await isSignature(key, jws), true);
  });

  test("is verified by a key that can do nothing else, and cannot leave the runtime", () => {
    assert.deepEqual([...key.key.usages], ["verify"]);
    assert.equal(key.key.extractable, false);
  });
});
