import * as fc from "fast-check";

/** The second at which all of these tests take place. */
export const now = 1_700_000_000;

const times = fc.constantFrom<unknown>(
  now - 10_000,
  now - 5,
  now - 1,
  now,
  now + 1,
  now + 5,
  now + 10_000,
  now + 0.5,
  0,
  -1,
  "soon",
  null,
);
const names = fc.constantFrom<unknown>("ann", "bob", "", 5, "undefined");
const spans = fc.constantFrom<unknown>(
  0,
  1,
  60,
  -60,
  1.5,
  "10",
  "10s",
  "2 days",
  "1d",
  "-1h",
  "1.5 hrs",
  "1y",
  "3 W",
  ".5m",
  "7 ",
  "soon",
  "",
  "1 fortnight",
  "9".repeat(101),
  true,
  null,
  {},
  Number.NaN,
);
const algorithms = ["HS256", "HS384", "HS512", "RS256", "RS512", "PS256", "PS512"].concat([
  "ES256",
  "ES384",
  "ES512",
  "none",
]);

/** Some of these members, each in one of these forms. */
function some(
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Record<string, unknown>>;
}

/** Most samples have few members, or the first fault would hide all others. */
function few(
  members: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(some(members), fc.subarray(Object.keys(members), { maxLength: 3 }))
    .map(([all, kept]) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name))),
    );
}

export const claims: fc.Arbitrary<Record<string, unknown>> = few({
  exp: times,
  nbf: times,
  iat: times,
  aud: fc.oneof(names, fc.array(names, { maxLength: 2 })),
  iss: names,
  sub: names,
  jti: names,
  nonce: names,
  role: fc.string({ unit: "grapheme", maxLength: 5 }),
  deep: fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
});

export const payloads: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: claims },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      "text",
      "",
      '{"a":1}',
      "[1]",
      "null",
      "5",
      "é∢",
      Buffer.from("bytes"),
      Buffer.alloc(0),
      undefined,
      null,
      [],
      new Date(0),
      new Map(),
      Object.create(null),
      5,
      true,
    ),
  },
);

const headers = fc.constantFrom<unknown>(
  {},
  { typ: "at+jwt" },
  { typ: undefined },
  { kid: "k" },
  { alg: "HS512" },
  { alg: "none" },
  { alg: "EdDSA" },
  { b: [1] },
  "header",
  null,
  [],
  new Date(0),
);

export const signOptions: fc.Arbitrary<Record<string, unknown>> = few({
  expiresIn: spans,
  notBefore: spans,
  audience: fc.oneof(names, fc.array(names, { maxLength: 2 })),
  issuer: names,
  subject: names,
  jwtid: names,
  keyid: names,
  header: headers,
  noTimestamp: fc.constantFrom<unknown>(true, false, 1),
  mutatePayload: fc.constantFrom<unknown>(true, false, "yes"),
  allowInsecureKeySizes: fc.constantFrom<unknown>(true, false, 0),
  allowInvalidAsymmetricKeyTypes: fc.constantFrom<unknown>(true, false, 0),
  encoding: fc.constantFrom<unknown>("utf8", "latin1", "hex", "", "morse", 5),
  unknown: fc.constant(1),
});

/** `undefined` is no algorithm, so that the default is tried, too. */
export const algorithm: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  ...algorithms,
  undefined,
  "HS1",
  "hs256",
  "EdDSA",
  5,
);

const expectations = fc.constantFrom<unknown>("ann", "bob", /^a/, /b/g, ["ann", /x/], ["bob"], []);
const texts = fc.constantFrom<unknown>("ann", "bob", undefined, null);

export const verifyOptions: fc.Arbitrary<Record<string, unknown>> = few({
  algorithms: fc.oneof(
    fc.subarray(algorithms, { minLength: 1 }),
    fc.constantFrom<unknown>([], "HS256", "none", undefined, null, ["HS256"], ["none"]),
  ),
  audience: fc.oneof(expectations, fc.constantFrom(undefined, "")),
  issuer: fc.oneof(texts, fc.constantFrom<unknown>(["ann"], ["bob", "cid"], [], "", /x/, 5)),
  subject: fc.oneof(texts, fc.constant("")),
  jwtid: fc.oneof(texts, fc.constant("")),
  nonce: fc.constantFrom<unknown>("ann", "bob", undefined, "", " ", 5),
  maxAge: spans,
  clockTimestamp: fc.constantFrom<unknown>(now, now + 5, now + 1e6, 0, "5", undefined, Number.NaN),
  clockTolerance: fc.constantFrom<unknown>(0, 5, 60, -5, "60", undefined, Number.NaN),
  ignoreExpiration: fc.boolean(),
  ignoreNotBefore: fc.boolean(),
  complete: fc.constantFrom<unknown>(true, false, 1),
  allowInvalidAsymmetricKeyTypes: fc.constantFrom<unknown>(true, false, "yes", undefined),
});
