import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { markdownOf, observedTable } from "./strategy-table.ts";

const page = new URL("../../docs/strategies.md", import.meta.url);
const table = /(?<=\n## Differences\n[^|]*)\|[^]*?(?=\n\n)/;

/** `WRITE_TABLE=1 npm run test:suites -- test/adapters/strategy-table.test.ts` rewrites the table of the page. */
test("the table of differences in docs/strategies.md is what the strategies do", async (context) => {
  const rows = await observedTable(context);
  for (const [what, ...seen] of rows) assert.ok(new Set(seen).size > 1, `no difference: ${what}`);
  const text = readFileSync(page, "utf8");
  const observed = markdownOf(rows);
  if (process.env["WRITE_TABLE"] === "1") {
    writeFileSync(
      page,
      text.replace(table, () => observed),
    );
  } else {
    assert.equal(table.exec(text)?.[0], observed, "run it with WRITE_TABLE=1 to rewrite the table");
  }
});
