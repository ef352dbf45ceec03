import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

const root = new URL("../", import.meta.url).pathname;

/** Paths of this repository that a text names in backticks, except patterns such as `src/stores/<name>.ts`. */
function namedPaths(text: string): string[] {
  return [...text.matchAll(/`((?:src|test|tools|docs|examples|bench)\/[\w./-]+)`/g)].map(
    ([, path = ""]) => path,
  );
}

/** Files of this repository that a text links to. */
function linkedFiles(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
}

describe("the documents", () => {
  for (const document of globSync("*.md", { cwd: root })) {
    test(`${document} names only files that exist`, () => {
      const text = readFileSync(root + document, "utf8");
      const missing = [...namedPaths(text), ...linkedFiles(text)].filter(
        (path) => !existsSync(root + path),
      );
      assert.deepEqual(missing, []);
    });
  }

  test("SECURITY.md names a test for every threat", () => {
    const rows = readFileSync(`${root}SECURITY.md`, "utf8").match(/^\| \*\*.*$/gm) ?? [];
    assert.ok(rows.length >= 10);
    const unproved = rows.filter(
      (row) => !/\| `test\/[\w/-]+\.test\.ts` \|$|\| claim \|$/.test(row),
    );
    assert.deepEqual(unproved, []);
  });
});
