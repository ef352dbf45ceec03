import assert from "node:assert/strict";
import { test } from "node:test";
import { aGuest, aLineage, aSession, now } from "../../testing/store-contract/samples.ts";
import { escapeText, unescapeText } from "./keys.ts";
import { packSession, unpackSession } from "./record.ts";

test("a packed session without the device text takes at most 124 bytes, which Redis keeps in 128", () => {
  const packed = packSession(aSession({ userAgent: null, claims: { role: "member" } }));
  assert.ok(packed.length <= 124, `${packed.length} bytes`);
});

test("a session comes out as it was put in", () => {
  for (const session of [
    aSession({ userId: "a\nb %0041 \ud800", tenantId: "", userAgent: "a\nb" }),
    aGuest({ tenantId: "Zoë 🦊", assuranceLevel: "aal3" }),
    aSession({
      methods: [
        { method: "", authenticatedAt: now },
        { method: "a\tb c\n", authenticatedAt: now - 0.5 },
      ],
      userAgent: "\t",
      claims: {},
    }),
    aSession({ methods: [], userAgent: "", claims: { "}": "\n{" } }),
    aGuest({ tenantId: "t", assuranceLevel: "aal3", persistent: true, lineage: aLineage() }),
    aSession({ userId: "", tenantId: "t", lineage: aLineage() }),
    aSession({ mark: 2 ** 53 - 1, createdAt: 2 ** 53 - 1, lastSeenAt: 0, purgeAt: 1, methods: [] }),
  ]) {
    assert.deepEqual(unpackSession(session.id, packSession(session)), session);
  }
});

test("a number that would move what stands behind it is refused", () => {
  for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => packSession(aSession({ mark: wrong })), TypeError);
    assert.throws(() => packSession(aSession({ lastSeenAt: wrong })), TypeError);
  }
});

test("a lineage takes its 80 characters, and nothing where there is none", () => {
  const session = aSession();
  const packed = packSession(session);
  assert.equal(packSession({ ...session, lineage: aLineage() }).length, packed.length + 80);
});

test("a lineage that would move what stands behind it is refused", () => {
  for (const wrong of ["", "a".repeat(79), "a".repeat(81), `${"a".repeat(79)}\n`, "é".repeat(80)]) {
    assert.throws(() => packSession(aSession({ lineage: wrong })), TypeError);
  }
});

test("escaped texts are printable, differ where the texts do, and come back", () => {
  const texts = [
    "",
    "a",
    "A",
    "%",
    "%0061",
    " ",
    "\n",
    "\0",
    "é",
    "e\u0301",
    "🦊",
    "\ud83e",
    "\udd8a",
  ];
  const escaped = texts.map(escapeText);
  assert.equal(new Set(escaped).size, texts.length);
  assert.ok(escaped.every((text) => /^[!-~]*$/.test(text)));
  assert.deepEqual(escaped.map(unescapeText), texts);
});
