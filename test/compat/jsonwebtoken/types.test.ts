import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type * as theirTypes from "jsonwebtoken";
import type * as ours from "symbolon/compat/jsonwebtoken";
import * as application from "./typed-application.ts";
import * as theirApplication from "./typed-application-of-the-original.ts";

/** Compiles when one type fits where the other is wanted. */
type Fits<Given extends Wanted, Wanted> = Given;

/** What an application declares with the original's types goes into our calls, and what we answer into its variables. */
export type AllFit = [
  Fits<theirTypes.Algorithm, ours.Algorithm>,
  Fits<ours.Algorithm, theirTypes.Algorithm>,
  Fits<theirTypes.SignOptions, ours.SignOptions>,
  Fits<theirTypes.VerifyOptions, ours.VerifyOptions>,
  Fits<theirTypes.DecodeOptions, ours.DecodeOptions>,
  Fits<theirTypes.Secret, ours.Secret>,
  Fits<theirTypes.PublicKey, ours.PublicKey>,
  Fits<theirTypes.PrivateKey, ours.PrivateKey>,
  Fits<theirTypes.GetPublicKeyOrSecret, ours.GetPublicKeyOrSecret>,
  Fits<theirTypes.SigningKeyCallback, ours.SigningKeyCallback>,
  Fits<theirTypes.SignCallback, ours.SignCallback>,
  Fits<theirTypes.VerifyCallback, ours.VerifyCallback>,
  Fits<ours.JwtHeader, theirTypes.JwtHeader>,
  Fits<theirTypes.JwtHeader, ours.JwtHeader>,
  Fits<ours.JwtPayload, theirTypes.JwtPayload>,
  Fits<theirTypes.JwtPayload, ours.JwtPayload>,
  Fits<ours.Jwt, theirTypes.Jwt>,
  Fits<ours.VerifyErrors, theirTypes.VerifyErrors>,
  Fits<typeof ours.sign, typeof theirTypes.sign>,
  Fits<typeof ours.verify, typeof theirTypes.verify>,
  Fits<typeof ours.decode, typeof theirTypes.decode>,
];

test("code that is written for the original's types compiles with ours alone changed", () => {
  const [own, theirs] = ["typed-application.ts", "typed-application-of-the-original.ts"].map(
    (file) => readFileSync(new URL(file, import.meta.url), "utf8"),
  );
  assert.equal(own, theirs?.replaceAll('"jsonwebtoken"', '"symbolon/compat/jsonwebtoken"'));
});

test("and does the same", async () => {
  assert.deepEqual(await application.run(), await theirApplication.run());
});
