import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";

const root = new URL("../", import.meta.url).pathname;

/** Paths of this repository that a text names in backticks, except patterns such as `src/stores/<name>.ts`. */
function namedPaths(text: string): string[] {
  return [...text.matchAll(/`((?:src|test|tools|docs|examples|bench)\/[\w./-]+)`/g)].map(
    ([, path = ""]) => path,
  );
}

/** What a text links to, except the web: a file, a heading, or a heading of a file. */
function links(text: string): string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
}

/** The ends of links to a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm);
  return Array.from(headings, ([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Whether a link on this page leads somewhere. */
function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(root + target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(root + target, "utf8")).includes(anchor);
}

const documents = globSync("{*,docs/*}.md", { cwd: root }).sort();

describe("the documents", () => {
  for (const document of documents) {
    const text = readFileSync(root + document, "utf8");

    test(`${document} names only files that exist`, () =>
      assert.deepEqual(
        namedPaths(text).filter((path) => !existsSync(root + path)),
        [],
      ));

    test(`${document} links only to what is there`, () =>
      assert.deepEqual(
        links(text).filter((link) => !leadsSomewhere(document, link)),
        [],
      ));
  }

  test("docs/README.md links to every page of docs/", () => {
    const linked = links(readFileSync(`${root}docs/README.md`, "utf8"));
    const pages = globSync("*.md", { cwd: `${root}docs`, exclude: ["README.md"] }).sort();
    assert.deepEqual(
      pages.filter((page) => !linked.includes(page)),
      [],
    );
  });

  test("SECURITY.md names a test for every threat", () => {
    const rows = readFileSync(`${root}SECURITY.md`, "utf8").match(/^\| \*\*.*$/gm) ?? [];
    assert.ok(rows.length >= 10);
    const unproved = rows.filter(
      (row) => !/\| `test\/[\w/-]+\.test\.ts` \|$|\| claim \|$/.test(row),
    );
    assert.deepEqual(unproved, []);
  });
});
