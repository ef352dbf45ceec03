import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { describe, test } from "node:test";
import { must } from "../../../test/support/tokens.ts";
import { importJwk, importSecret } from "./node-keys.ts";
import { localSigningKey } from "./node-signer.ts";
import { judgeSignature, parseOnNode, verifyCompact } from "./node-verifier.ts";

/** The claims that RFC 7515 (appendix A) and RFC 7519 (section 3.1) sign, as they are printed there. */
const joe = [
  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
  "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
].join("");

const secret =
  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

const modulus = [
  "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt",
  "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXn",
  "dS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5Ih",
  "lJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
].join("");

const rsaSignature = [
  "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2",
  "Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjt",
  "QBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6",
  "IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
].join("");

const curve = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};

const edwards = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};

const examples = {
  "RFC 7515, A.1, and RFC 7519, 3.1 (HS256)": {
    jwk: { kty: "oct", k: secret, alg: "HS256" },
    token: `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${joe}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`,
  },
  "RFC 7515, A.2 (RS256)": {
    jwk: { kty: "RSA", n: modulus, e: "AQAB", alg: "RS256" },
    token: `eyJhbGciOiJSUzI1NiJ9.${joe}.${rsaSignature}`,
  },
  "RFC 7515, A.3 (ES256)": {
    jwk: curve,
    token: `eyJhbGciOiJFUzI1NiJ9.${joe}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
  },
  "RFC 8037, A.4 (EdDSA)": {
    jwk: edwards,
    token:
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  },
};

for (const [name, { jwk, token }] of Object.entries(examples)) {
  describe(name, () => {
    const key = importJwk({ ...jwk, kid: "example" });
    const jws = parseOnNode(token, 8192);
    assert.ok(typeof jws !== "string", name);

    test("has the right signature", () => assert.equal(judgeSignature(jws, key), null));

    test("has another one when the payload is another", () => {
      const signingInput = `${jws.signingInput.slice(0, -1)}A`;
      assert.equal(judgeSignature({ ...jws, signingInput }, key), "token_signature");
    });

    test("is still no access token of ours", () => {
      const rules = { typ: "at+jwt", issuer: "joe", audience: "api", now: 1e12 };
      const verdict = verifyCompact(token, () => key, { ...rules, toleranceMs: 0, maxBytes: 8192 });
      assert.deepEqual(verdict, { outcome: "refused", reason: "token_key_unknown" });
    });
  });
}

describe("the examples whose signatures are always the same", () => {
  const signatureOf = (token: string): string => must(token.split(".")[2]);
  const inputOf = (token: string): string => token.slice(0, token.lastIndexOf("."));

  test("are signed so by us too: HS256", () => {
    const { token } = examples["RFC 7515, A.1, and RFC 7519, 3.1 (HS256)"];
    const signer = localSigningKey("a", "HS256", importSecret(Buffer.from(secret, "base64url")));
    const signature = Buffer.from(signer.sign(inputOf(token)));
    assert.equal(signature.toString("base64url"), signatureOf(token));
  });

  test("are signed so by us too: EdDSA", () => {
    const { token } = examples["RFC 8037, A.4 (EdDSA)"];
    const key = createPrivateKey({ key: edwards, format: "jwk" });
    const signature = Buffer.from(localSigningKey("a", "EdDSA", key).sign(inputOf(token)));
    assert.equal(signature.toString("base64url"), signatureOf(token));
  });
});

test("RFC 7515, A.5 and RFC 7519, 6.1: a token that is not secured is none", () => {
  const token = `eyJhbGciOiJub25lIn0.${joe}.`;
  assert.equal(parseOnNode(token, 8192), "token_malformed");
});

test("RFC 7515, A.6: what is serialised as JSON is no token", () => {
  const { token } = examples["RFC 7515, A.3 (ES256)"];
  const [protectedHeader, payload, signature] = token.split(".");
  for (const text of [
    JSON.stringify({ payload, protected: protectedHeader, signature }),
    JSON.stringify({ payload, signatures: [{ protected: protectedHeader, signature }] }),
  ]) {
    assert.equal(parseOnNode(text, 8192), "token_malformed");
  }
});
