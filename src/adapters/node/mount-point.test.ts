import assert from "node:assert/strict";
import { test } from "node:test";
import { MountPoint } from "./mount-point.ts";

const rows: readonly (readonly [
  pattern: string,
  path: string,
  of: string | undefined,
  below: string | null,
])[] = [
  ["", "/auth/session", undefined, "/auth/session"],
  ["/", "/auth/session", undefined, "/auth/session"],
  ["/api", "/api/auth/session", "/api", "/auth/session"],
  ["/api/", "/api/auth/session", "/api", "/auth/session"],
  ["/api", "/api", "/api", "/"],
  ["/api", "/apiary/auth/session", undefined, null],
  ["/api", "/other/auth/session", undefined, null],
  ["/a.i", "/api/auth", undefined, null],
  ["/:tenant/api", "/acme/api/auth/session", "/acme/api", "/auth/session"],
  ["/:tenant{[a-z]+}", "/acme/auth/session", "/acme", "/auth/session"],
  ["/:tenant/api", "/acme/auth/session", undefined, null],
];

for (const [pattern, path, of, below] of rows) {
  test(`mounted at ${JSON.stringify(pattern)}, ${path} is ${below ?? "elsewhere"}`, () => {
    const mount = new MountPoint(pattern);
    assert.deepEqual([mount.of(path), mount.below(path)], [of, below]);
  });
}
