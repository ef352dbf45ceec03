import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { knownFailures } from "./upstream/known-failures.ts";
import { runSuite } from "./upstream/run-suite.ts";

const own = "symbolon/compat/jsonwebtoken";
const checkout = process.env["SYMBOLON_JSONWEBTOKEN_CHECKOUT"];

test("jsonwebtoken's own tests fail in the replacement only where that is argued", (t) => {
  if (checkout === undefined) {
    t.skip("no checkout of jsonwebtoken in SYMBOLON_JSONWEBTOKEN_CHECKOUT, see upstream/README.md");
    return;
  }
  const theirs = runSuite(checkout, "jsonwebtoken");
  const ours = runSuite(checkout, own);
  t.diagnostic(`the original: ${theirs.passed.length} passed, ${theirs.failed.size} failed`);
  t.diagnostic(`the replacement: ${ours.passed.length} passed, ${ours.failed.size} failed`);
  // A test that fails with both, as one written for another version does, has to fail alike.
  const worse = [...ours.failed].filter(([title, said]) => theirs.failed.get(title) !== said);
  assert.deepEqual(
    worse.filter(([title]) => !knownFailures.has(title)),
    [],
  );
  const gone = [...knownFailures.keys()].filter((title) => !ours.failed.has(title));
  assert.deepEqual(gone, [], "these are listed, and pass");
  assert.equal(ours.passed.length + ours.failed.size, theirs.passed.length + theirs.failed.size);
});

describe("what runs such tests", () => {
  test("gives them the library that is asked for, and tells what failed", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "symbolon-checkout-"));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "test"));
    writeFileSync(join(folder, "test/inside.js"), "exports.inside = true;");
    writeFileSync(
      join(folder, "test/one.tests.js"),
      `const jwt = require("../");
       const verify = require("../verify");
       const JsonWebTokenError = require("../lib/JsonWebTokenError");
       const { expect } = require("chai");
       const sinon = require("sinon");
       require("jws");
       it("has one library", () => {
         expect(require("./inside").inside).to.equal(true);
         expect(verify).to.equal(jwt.verify);
         expect(require("../.")).to.equal(jwt);
         expect(jwt.JsonWebTokenError).to.equal(JsonWebTokenError);
         expect(sinon.useFakeTimers).to.be.a("function");
       });
       describe("it", () => it("is the replacement", () => expect(jwt).to.have.property("signAsync")));`,
    );
    const theirs = runSuite(folder, "jsonwebtoken");
    assert.deepEqual(theirs.passed, ["has one library"]);
    assert.deepEqual([...theirs.failed.keys()], ["it is the replacement"]);
    const ours = runSuite(folder, own);
    assert.deepEqual(ours.passed, ["has one library", "it is the replacement"]);
    assert.deepEqual([...ours.failed], []);
  });

  test("gives them the packages that are installed beside them", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "symbolon-checkout-"));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "test"));
    mkdirSync(join(folder, "node_modules/sinon"), { recursive: true });
    writeFileSync(join(folder, "node_modules/sinon/index.js"), "exports.version = 'its own';");
    writeFileSync(
      join(folder, "test/one.tests.js"),
      `const { version } = require("sinon");
       it("has sinon: " + version, () => {});`,
    );
    assert.deepEqual(runSuite(folder, own).passed, ["has sinon: its own"]);
  });

  test("does not take a folder without tests for one whose tests all passed", () =>
    assert.throws(() => runSuite(tmpdir(), own), /has no tests/));
});
