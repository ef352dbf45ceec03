import assert from "node:assert/strict";
import { test } from "node:test";
import { assetHeaders, pageHeaders } from "./security-headers.ts";

const policyOf = (headers: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(
    (headers["content-security-policy"] ?? "").split("; ").map((directive) => {
      const [name = "", ...sources] = directive.split(" ");
      return [name, sources.join(" ")];
    }),
  );

test("lets a page load and post to its own origin only, and run nothing", () => {
  assert.deepEqual(Object.fromEntries(policyOf(pageHeaders({ https: true }))), {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
  });
});

test("never allows anything inline, evaluated or from anywhere", () => {
  for (const headers of [pageHeaders({ https: true }), assetHeaders({ https: true })]) {
    assert.doesNotMatch(headers["content-security-policy"] ?? "", /unsafe|\*|data:|https?:|blob:/);
  }
});

test("speaks of https for the time to come only over https", () => {
  assert.match(pageHeaders({ https: true })["strict-transport-security"] ?? "", /^max-age=\d{8,}$/);
  assert.equal(pageHeaders({ https: false })["strict-transport-security"], undefined);
  assert.equal(assetHeaders({ https: false })["strict-transport-security"], undefined);
});

test("keeps pages out of every cache, and assets in it for good", () => {
  assert.equal(pageHeaders({ https: false })["cache-control"], "no-store");
  assert.match(assetHeaders({ https: false })["cache-control"] ?? "", /immutable/);
});

test("keeps the Origin header of our own forms, which the cross-site check reads", () => {
  assert.equal(pageHeaders({ https: false })["referrer-policy"], "same-origin");
});

test("forbids framing, guessing of types, and sharing a window with another site", () => {
  const headers = pageHeaders({ https: false });
  assert.equal(headers["x-frame-options"], "DENY");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["cross-origin-opener-policy"], "same-origin");
  assert.match(headers["permissions-policy"] ?? "", /camera=\(\)/);
});
