import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import * as fileChecks from "./architecture/file-checks.ts";
import * as importChecks from "./architecture/import-checks.ts";
import * as rules from "./architecture/rules.ts";
import { isShipped, readSourceFiles, repositoryRoot } from "./architecture/source-files.ts";

const manifest = JSON.parse(readFileSync(`${repositoryRoot}package.json`, "utf8")) as {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
};
const everything = readSourceFiles(["{src,test,tools,bench,examples}/**/*.{ts,tsx}"]);
const shipped = everything.filter(isShipped);
const everyPath = readSourceFiles(["src/**/*.*"]).map(({ path }) => path);

const none = (violations: readonly string[]): void =>
  assert.ok(violations.length === 0, `\n${violations.join("\n")}\n`);

describe("the architecture", () => {
  test("has sources to look at", () => assert.ok(shipped.length > 10));

  test("layers import only what the table allows", () =>
    none(importChecks.layerViolations(shipped, rules.layers, rules.layersOfStrangers)));

  test("packages are imported only where the table allows", () =>
    none(importChecks.packageViolations(shipped, rules.packages, rules.reservedBuiltins)));

  test("what is imported can be read from the text", () =>
    none(importChecks.computedImports(shipped)));

  test("no files load each other in a circle", () => none(importChecks.importCycles(shipped)));

  test("names are kebab-case and say what a file is for", () =>
    none(fileChecks.nameViolations(everyPath, rules.emptyWords)));

  test("the top of src holds only the public entry and the wiring", () =>
    none(fileChecks.topFileViolations(everyPath, rules.topFiles)));

  test("only package entries are barrels", () =>
    none(fileChecks.barrelViolations(shipped, fileChecks.entrySources(manifest.exports))));

  test("no file is longer than a reader's patience", () =>
    none(fileChecks.sizeViolations(everything, rules.mostLinesOfAFile)));

  test("the median source file is short", () =>
    none(fileChecks.medianViolations(shipped, rules.mostLinesOfTheMedianFile)));

  test("every public entry has its source", () =>
    none(
      fileChecks.entryViolations(manifest.exports, (path) => existsSync(repositoryRoot + path)),
    ));

  test("drivers of databases and frameworks are nobody's burden: each peer is optional", () =>
    assert.deepEqual(
      Object.keys(manifest.peerDependencies).filter(
        (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
      ),
      [],
    ));

  test("every package that runs is a declared dependency, and the other way round", () =>
    assert.deepEqual(
      // A framework of which only types are imported is a peer all the same: it says which versions are meant.
      Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
        .filter((name) => rules.packages[name]?.how !== "types")
        .sort(),
      Object.keys(rules.packages)
        .filter((name) => rules.packages[name]?.how !== "types")
        .sort(),
    ));
});
