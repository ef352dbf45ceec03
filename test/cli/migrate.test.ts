import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { postgresMigrations } from "symbolon/stores/postgres";
import { migrations } from "../../src/stores/sql/migrations.ts";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { ownMysql, ownPostgres, type OwnDatabase } from "../support/own-database.ts";
import { migrateHere, symbolon, type Ran } from "./run-command.ts";

const folder = temporaryFolder();
const steps = migrations.map(({ number, name }) => `  applied ${number}: ${name}`);
const current = `  nothing to do: it is at migration ${migrations.length}`;
const appliedSql = "select number from symbolon_migrations order by number";

function sqlite(): OwnDatabase {
  const path = join(folder, `${process.hrtime.bigint()}.db`);
  return {
    url: `sqlite:${path}`,
    async run(sql) {
      const database = new DatabaseSync(path);
      const rows = database.prepare(sql).all();
      database.close();
      return rows.map((row) => Object.values(row));
    },
    another: async () => sqlite(),
  };
}

const databases = { postgres: await ownPostgres(), mysql: await ownMysql(), sqlite: sqlite() };

/** The lines after the address. */
function told({ out }: Ran): string[] {
  return out.trimEnd().split("\n").slice(1);
}

for (const [name, first] of Object.entries(databases)) {
  const skip = typeof first === "string" ? first : false;
  const database = first as OwnDatabase;

  describe(`symbolon migrate on ${name}`, { skip }, () => {
    test("prints what it applies, then that there is nothing to do", async () => {
      const ran = await migrateHere(["--store", database.url]);
      assert.deepEqual([ran.code, told(ran), ran.err], [0, steps, ""]);
      const again = await migrateHere([], { SYMBOLON_STORE: database.url });
      assert.deepEqual([again.code, told(again), again.err], [0, [current], ""]);
    });

    test("prints SQL that does the same, and does nothing itself", async () => {
      const { url, run } = await database.another();
      const ran = await migrateHere(["--print", "--store", url]);
      assert.equal(ran.code, 0, ran.err);
      await assert.rejects(run(appliedSql), /symbolon_migrations/);
      for (const sql of ran.out.replaceAll(/^--.*\n/gm, "").split(/;\n/)) {
        // Each statement on a connection of its own, so without the transactions around them.
        if (!/^\s*(?:begin.*|commit;?)?\s*$/.test(sql)) await run(sql);
      }
      const after = await migrateHere(["--store", url]);
      assert.deepEqual([after.code, told(after)], [0, [current]]);
      const nothing = await migrateHere(["--print", "--store", url]);
      assert.match(nothing.out, /^-- .*\n-- nothing to do: it is at migration \d+\n$/);
    });

    test("may run several times at once: each step is applied once, and all end well", async () => {
      const { url, run } = await database.another();
      const runs = await Promise.all([1, 2, 3, 4].map(() => symbolon(["migrate", "--store", url])));
      assert.deepEqual(
        runs.map(({ code, err }) => [code, err]),
        runs.map(() => [0, ""]),
      );
      const lines = runs.flatMap(told).filter((line) => line !== current);
      assert.deepEqual(lines.sort(), steps);
      assert.deepEqual(
        (await run(appliedSql)).flat().map(Number),
        migrations.map(({ number }) => number),
      );
    });

    test("refuses a database of a newer release, also to print for it", async () => {
      const { url, run } = await database.another();
      await migrateHere(["--store", url]);
      await run("insert into symbolon_migrations (number, name, applied_at) values (99, 'new', 0)");
      for (const flags of [[], ["--print"]]) {
        const ran = await migrateHere(["--store", url, ...flags]);
        assert.equal(ran.code, 1);
        assert.match(ran.err, /migration 99, this release knows \d+: use the newer release/);
      }
    });
  });
}

describe("symbolon migrate", () => {
  test(
    "migrates a schema of PostgreSQL by name",
    { skip: skipOf(databases.postgres) },
    async () => {
      const { url, run } = await (databases.postgres as OwnDatabase).another();
      const ran = await migrateHere(["--store", url, "--schema", "my auth"]);
      assert.deepEqual([ran.code, told(ran)], [0, steps]);
      const rows = await run(
        `select table_name from information_schema.tables
        where table_schema = 'my auth' and table_name = 'symbolon_log'`,
      );
      assert.deepEqual(rows, [["symbolon_log"]]);
    },
  );

  test("prints without a connection where a dialect is named", async () => {
    const ran = await migrateHere(["--print", "--dialect=postgres", "--after=1"]);
    assert.equal(ran.code, 0);
    assert.equal(ran.out, postgresMigrations({ after: 1 }));
  });

  test("leaves a file that it prints for as it was, and makes none", async () => {
    const path = join(folder, "printed.db");
    await migrateHere(["--print", "--store", `sqlite:${path}`]);
    assert.equal(existsSync(path), false);
    await migrateHere(["--store", `sqlite:${path}`]);
    const before = readFileSync(path);
    await migrateHere(["--print", "--store", `sqlite:${path}`]);
    assert.deepEqual(readFileSync(path), before);
  });

  test("migrates both of two stores, of which some have no tables", async () => {
    const url = `redis://localhost:1,sqlite:${join(folder, "pair.db")}`;
    const { code, out } = await migrateHere(["--store", url]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^redis:\S+\n {2}nothing to do: it has no tables\nsqlite:\S+\n {2}applied 1: /,
    );
  });

  test("ends its process with 1 when it is refused", async () => {
    const { code, out, err } = await symbolon(["migrate", "--prnit", "--store", "memory:"]);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /there is no --prnit/);
  });

  for (const [why, args, reason] of [
    ["without a store", [], /say which store: --store/],
    ["for a misspelt flag", ["--prnit", "--store", "memory:"], /there is no --prnit/],
    ["for a word too many", ["memory:"], /flags only/],
    ["for an unknown address", ["--store", "oracle://h/d"], /is not known\. Use memory:/],
    ["for an unknown dialect", ["--print", "--dialect", "oracle"], /--dialect is postgres, mysql/],
    ["for a dialect without --print", ["--dialect", "mysql"], /--dialect is for --print/],
    ["for a migration that is none", ["--print", "--dialect=mysql", "--after=x"], /--after is a/],
    ["for a schema of SQLite", ["--store", "sqlite:x.db", "--schema=a"], /PostgreSQL only/],
    ["when nobody answers", ["--store", "postgres://u:hunter2@localhost:1/d"], /ECONNREFUSED/],
    ["when nobody answers", ["--store", "mysql://u:hunter2@localhost:1/d"], /ECONNREFUSED/],
  ] as const) {
    test(`says what is wrong ${why}: ${args.join(" ")}`, async () => {
      const { code, out, err } = await migrateHere(args);
      assert.equal(code, 1);
      assert.match(err, reason);
      assert.doesNotMatch(out + err, /hunter2|\bat .*\.ts:/);
    });
  }
});

function skipOf(database: OwnDatabase | string): string | false {
  return typeof database === "string" ? database : false;
}
