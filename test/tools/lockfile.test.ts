import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { type LockedPackages, missingPlatformPackages } from "../../tools/lockfile.ts";

describe("the lock file", () => {
  test("names the packages of every platform, so that npm ci accepts it (else: npm run lock)", () => {
    const path = new URL("../../package-lock.json", import.meta.url);
    const { packages } = JSON.parse(readFileSync(path, "utf8")) as { packages: LockedPackages };
    assert.deepEqual(Object.keys(missingPlatformPackages(packages)), []);
  });

  test("is completed with what the parents declare, for that platform only", () => {
    const optionalDependencies = {
      "@a/b-linux-x64-gnu": "1.0.0",
      "@a/b-linux-arm-musleabihf": "1.0.0",
      "@a/darwin-arm64": "1.0.0",
      "@a/b-win32-ia32-msvc": "1.0.0",
    };
    const known = { version: "1.0.0", optional: true };
    const added = { version: "1.0.0", dev: true, optional: true };
    assert.deepEqual(
      missingPlatformPackages({
        "node_modules/b": { version: "1.0.0", dev: true, optionalDependencies },
        "node_modules/@a/b-linux-x64-gnu": known,
        "node_modules/@a/darwin-arm64": { optional: true },
      }),
      {
        "node_modules/@a/b-linux-arm-musleabihf": {
          ...added,
          os: ["linux"],
          cpu: ["arm"],
          libc: ["musl"],
        },
        "node_modules/@a/darwin-arm64": { ...added, os: ["darwin"], cpu: ["arm64"] },
        "node_modules/@a/b-win32-ia32-msvc": { ...added, os: ["win32"], cpu: ["ia32"] },
      },
    );
  });

  test("is not completed by guessing", () =>
    assert.throws(
      () => missingPlatformPackages({ b: { optionalDependencies: { "b-plan9-mips": "1.0.0" } } }),
      TypeError,
    ));
});
