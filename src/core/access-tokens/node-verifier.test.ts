import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import {
  algorithmNames,
  claims,
  craft,
  makeIssuer,
  must,
  reasonOf,
  rules,
  seconds,
} from "../../../test/support/tokens.ts";
import type { JsonObject } from "../../util/json.ts";
import { localSigningKey, signCompact, type SigningKey } from "./node-signer.ts";
import { verifyCompact } from "./node-verifier.ts";

const issuer = await makeIssuer();
const edKeys = must(issuer.pairs.get("EdDSA"));
const header = { alg: "EdDSA", typ: "at+jwt", kid: "EdDSA" };
const judge = (token: string): string => reasonOf(issuer.verify(token));
const judgeClaims = (payload: JsonObject | string): string => judge(craft(header, payload, edKeys));

for (const algorithm of algorithmNames) {
  describe(`access tokens signed with ${algorithm}`, () => {
    test("are verified, with header and claims as they were signed", () => {
      assert.deepEqual(issuer.verify(issuer.issue(algorithm)), {
        outcome: "verified",
        header: { alg: algorithm, typ: "at+jwt", kid: algorithm },
        claims,
      });
    });

    test("are refused when any byte of the signature is another", () => {
      const token = issuer.issue(algorithm);
      const end = token.lastIndexOf(".") + 1;
      const bytes = Buffer.from(token.slice(end), "base64url");
      for (let at = 0; at < bytes.length; at += algorithm.endsWith("S256") ? 7 : 1) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        assert.equal(judge(token.slice(0, end) + changed.toString("base64url")), "token_signature");
      }
    });

    test("are refused when the signature is shorter or longer", () => {
      const token = issuer.issue(algorithm);
      const end = token.lastIndexOf(".") + 1;
      const bytes = Buffer.from(token.slice(end), "base64url");
      for (const changed of [
        bytes.subarray(1),
        bytes.subarray(0, -1),
        Buffer.concat([Buffer.of(0), bytes]),
        Buffer.concat([bytes, Buffer.of(0)]),
        Buffer.concat([bytes, bytes]),
      ]) {
        assert.equal(judge(token.slice(0, end) + changed.toString("base64url")), "token_signature");
      }
    });

    test("are refused when the key that signs is another one's", async () => {
      const stranger = await makeIssuer();
      assert.equal(judge(stranger.issue(algorithm)), "token_signature");
    });

    test("are refused when the header names the key of another algorithm", () => {
      for (const other of algorithmNames.filter((name) => name !== algorithm)) {
        const pair = must(issuer.pairs.get(algorithm));
        const named = { typ: "at+jwt", kid: other };
        assert.equal(judge(craft({ ...named, alg: algorithm }, claims, pair)), "token_algorithm");
        assert.equal(judge(craft({ ...named, alg: other }, claims, pair)), "token_signature");
      }
    });
  });
}

describe("an access token", () => {
  test("is refused unseen when it is longer than allowed", () => {
    const token = issuer.issue("EdDSA");
    assert.equal(reasonOf(issuer.verify(token, { maxBytes: token.length })), "verified");
    assert.equal(reasonOf(issuer.verify(token, { maxBytes: token.length - 1 })), "token_too_large");
    assert.equal(judge("a".repeat(1_000_000)), "token_too_large");
  });

  test("is refused when it has not three parts, each of them something", () => {
    const [head = "", payload = "", signature = ""] = issuer.issue("EdDSA").split(".");
    for (const token of [
      "",
      ".",
      "..",
      "...",
      head,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `${head}..${signature}`,
      `.${payload}.${signature}`,
      `${head}.${payload}.${signature}.`,
      `.${head}.${payload}.${signature}`,
      `${head}.${payload}.${signature}.${signature}.${signature}`,
    ]) {
      assert.equal(judge(token), "token_malformed", token);
    }
  });

  test("is refused when it is not a string at all", () => {
    for (const token of [undefined, null, 5, {}, ["a.b.c"]]) {
      assert.equal(judge(token as string), "token_malformed");
    }
  });

  test("is refused when it is spelt in any other way than the canonical one", () => {
    const token = issuer.issue("EdDSA");
    for (const spelt of [
      `${token}=`,
      `${token}==`,
      ` ${token}`,
      `${token}\n`,
      token.replace(".", "=."),
      token.replace(".", " ."),
      token.replace(".", "\u0000."),
      token.replace(".", "\u2024"),
    ]) {
      assert.equal(judge(spelt), "token_malformed", JSON.stringify(spelt));
    }
  });

  test("is refused when a character only ends in the same bits as the right one", () => {
    for (const algorithm of algorithmNames) {
      const token = issuer.issue(algorithm);
      for (const at of [3, token.indexOf(".") + 3, token.lastIndexOf(".") + 3]) {
        const alike = String.fromCharCode(token.charCodeAt(at) + 0x100);
        const spelt = token.slice(0, at) + alike + token.slice(at + 1);
        assert.match(judge(spelt), /^token_(?:malformed|signature)$/, spelt);
      }
    }
  });

  test("is refused when its header is no JSON object that everybody reads alike", () => {
    for (const text of [
      "[]",
      "null",
      '"EdDSA"',
      "{",
      '{"alg":"EdDSA","typ":"at+jwt","kid":"EdDSA","kid":"EdDSA"}',
      '{"alg":"none","\\u0061lg":"EdDSA","typ":"at+jwt","kid":"EdDSA"}',
      '{"alg":["EdDSA"],"typ":"at+jwt","kid":"EdDSA"}',
      '{"typ":"at+jwt","kid":"EdDSA"}',
      '{"alg":"EdDSA","typ":"at+jwt","kid":5}',
      '{"alg":"EdDSA","typ":5,"kid":"EdDSA"}',
      '{"alg":"EdDSA","typ":"at+jwt","kid":"EdDSA","x":"\u00ff"}',
      '{"alg":"EdDSA","typ":"at+jwt","kid":"EdDSA","__proto__":{}}',
      '\u00ef\u00bb\u00bf{"alg":"EdDSA","typ":"at+jwt","kid":"EdDSA"}',
    ]) {
      assert.equal(judge(craft(text, claims, edKeys)), "token_malformed", text);
    }
  });

  test("is refused when its header asks for what is never done", () => {
    for (const extra of [
      { crit: ["exp"], exp: 1 },
      { crit: [] },
      { b64: false, crit: ["b64"] },
      { b64: true },
      { zip: "DEF" },
      { enc: "A256GCM" },
      { cty: "JWT" },
      { jku: "https://evil.example/keys" },
      { jwk: { kty: "OKP" } },
      { x5u: "https://evil.example/cert" },
      { x5c: [] },
    ]) {
      const token = craft({ ...header, ...extra }, claims, edKeys);
      assert.equal(judge(token), "token_header", JSON.stringify(extra));
    }
  });

  test("may have other header members, which mean nothing", () =>
    assert.equal(judge(craft({ ...header, x5t: "abc", foo: 1 }, claims, edKeys)), "verified"));

  test("is refused without a kid, and with one that nobody knows", () => {
    const { kid: _kid, ...without } = header;
    assert.equal(judge(craft(without, claims, edKeys)), "token_key_unknown");
    assert.equal(judge(craft({ ...header, kid: "" }, claims, edKeys)), "token_key_unknown");
    assert.equal(judge(craft({ ...header, kid: "eddsa" }, claims, edKeys)), "token_key_unknown");
  });

  test("is refused when it is of another kind, and taken however its kind is spelt", () => {
    for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"]) {
      assert.equal(judge(craft({ ...header, typ }, claims, edKeys)), "verified", typ);
    }
    const kinds = ["JWT", "", "at", "at+jwt ", "text/at+jwt", "application/application/at+jwt"];
    for (const typ of [...kinds, "logout+jwt", "dpop+jwt", "secevent+jwt", "id+jwt"]) {
      assert.equal(judge(craft({ ...header, typ }, claims, edKeys)), "token_type", typ);
    }
    const { typ: _typ, ...without } = header;
    assert.equal(judge(craft(without, claims, edKeys)), "token_type");
  });

  test("is refused when its payload is no JSON object that everybody reads alike", () => {
    const text = JSON.stringify(claims);
    for (const payload of [
      "[]",
      "null",
      '"text"',
      "plain text",
      `${text.slice(0, -1)},"sub":"admin"}`,
      `${text.slice(0, -1)},"\\u0073ub":"user-1"}`,
      text.replace("user-1", "\u00ff"),
      text.replace("user-1", "\\ud800"),
      text.replace("user-1", "\u00ed\u00a0\u0080"),
      `${text.slice(0, -1)},"deep":${"[".repeat(16)}${"]".repeat(16)}}`,
      `\u00ef\u00bb\u00bf${text}`,
    ]) {
      assert.equal(judgeClaims(payload), "token_malformed", payload);
    }
  });

  test("keeps texts of every script", () => {
    const verdict = issuer.verify(craft(header, { ...claims, sub: "Zoë 🦉 \0" }, edKeys));
    assert.ok(verdict.outcome === "verified" && verdict.claims.sub === "Zoë 🦉 \0");
  });

  test("is signed by a key elsewhere, which answers later", async () => {
    const local = localSigningKey("EdDSA", "EdDSA", edKeys.privateKey);
    const remote: SigningKey = { ...local, sign: async (input) => local.sign(input) };
    const token = await signCompact({ typ: "at+jwt" }, claims, remote);
    assert.equal(judge(token), "verified");
  });

  test("is not made of a signature that cannot be one", async () => {
    const remote: SigningKey = {
      kid: "kms",
      algorithm: "ES256",
      sign: async () => new Uint8Array(71),
    };
    await assert.rejects(
      async () => signCompact({ typ: "at+jwt" }, claims, remote),
      /kms answered 71 bytes; an ES256 signature has 64/,
    );
  });

  test("is never held against a key that does not fit its algorithm, however it came about", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keyOf = () => ({ kid: "EdDSA", algorithm: "EdDSA", key: publicKey }) as const;
    assert.throws(() => verifyCompact(issuer.issue("EdDSA"), keyOf, rules), TypeError);
  });

  test("is judged by its signature before its claims, so that a forger learns nothing of the rules", () => {
    const stranger = generateKeyPairSync("ed25519");
    const forged = craft(
      header,
      { ...claims, exp: seconds - 1 },
      { algorithm: "EdDSA", ...stranger },
    );
    assert.equal(judge(forged), "token_signature");
    assert.equal(judge(issuer.issue("EdDSA", { exp: seconds - 1 })), "token_expired");
  });
});
