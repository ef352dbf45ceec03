import { defineCommand, type ArgsDef, type CommandDef } from "citty";
import { parseStoreAddresses, type StoreAddress } from "../server/store-address.ts";
import { migrations, refuseNewer } from "../stores/sql/migrations.ts";
import { explain } from "./explain.ts";
import { openSchema } from "./open-schema.ts";
import { printForDialect } from "./print-dialect.ts";

const args: ArgsDef = {
  store: {
    type: "string",
    description: "The store's address; SYMBOLON_STORE when left out",
    valueHint: "postgres://…",
  },
  schema: { type: "string", description: "PostgreSQL: the schema that has the tables" },
  print: {
    type: "boolean",
    description: "Print the SQL of what is missing, and change nothing",
  },
  dialect: {
    type: "string",
    description: "With --print and without a connection: postgres, mysql, mariadb or sqlite",
  },
  after: {
    type: "string",
    description: "With --dialect: the last migration that the database has",
  },
};

/** `symbolon migrate`: brings the tables of a store up to date, or prints the SQL that would. */
export const migrate: CommandDef = defineCommand({
  meta: { name: "migrate", description: "Bring the database up to date" },
  args,
  async run({ args: given }) {
    try {
      refuseUnknownFlags(given);
      const print = given["print"] === true;
      const [store, schema, dialect, after] = ["store", "schema", "dialect", "after"].map((name) =>
        textOf(given[name]),
      );
      if (dialect !== undefined) {
        if (!print) throw new TypeError("--dialect is for --print: it names no database to change");
        console.log(printForDialect(dialect, { schema, after }));
        return;
      }
      if (after !== undefined) throw new TypeError("--after is for --dialect: a database knows it");
      for (const address of addressesOf(store ?? process.env["SYMBOLON_STORE"])) {
        await (print ? printMissing(address, schema) : apply(address, schema));
      }
    } catch (error) {
      console.error(`\n  symbolon migrate: ${explain(error)}\n`);
      process.exitCode = 1;
    }
  },
});

function addressesOf(store: string | undefined): readonly StoreAddress[] {
  if (store === undefined || store.trim() === "") {
    throw new TypeError("say which store: --store postgres://…, or SYMBOLON_STORE");
  }
  return parseStoreAddresses(store);
}

async function apply(address: StoreAddress, name: string | undefined): Promise<void> {
  console.log(address.shown);
  const schema = await openSchema(address, name);
  if (schema === null) {
    console.log("  nothing to do: it has no tables");
    return;
  }
  let applied = 0;
  try {
    await schema.tables.migrate((migration) => {
      applied += 1;
      console.log(`  applied ${migration.number}: ${migration.name}`);
    });
  } finally {
    await schema.close();
  }
  if (applied === 0) console.log(`  nothing to do: it is at migration ${migrations.length}`);
}

async function printMissing(address: StoreAddress, name: string | undefined): Promise<void> {
  console.log(`-- ${address.shown}`);
  const schema = await openSchema(address, name);
  if (schema === null) {
    console.log("-- nothing to do: it has no tables");
    return;
  }
  try {
    const last = await schema.tables.version();
    refuseNewer(last);
    const upToDate = last === migrations.length;
    const sql = await schema.tables.print(last);
    console.log(upToDate ? `-- nothing to do: it is at migration ${last}` : sql.trimEnd());
  } finally {
    await schema.close();
  }
}

function textOf(flag: unknown): string | undefined {
  return typeof flag === "string" ? flag : undefined;
}

/** A misspelt `--print` would otherwise change the database. */
function refuseUnknownFlags(given: object): void {
  const positional = (given as { readonly _: readonly string[] })._;
  const unknown = Object.keys(given).find((key) => key !== "_" && !(key in args));
  if (unknown !== undefined) throw new TypeError(`there is no --${unknown}; see --help`);
  if (positional.length > 0)
    throw new TypeError("it takes flags only, such as --store; see --help");
}
