import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { temporaryFolder } from "../stores/temporary-folder.ts";
import { freePort, NodeProcess } from "../support/node-process.ts";
import { Customer } from "./crash-customer.ts";

const path = join(temporaryFolder(), "app.db");
const atOnce = 6;

test(
  "what the server acknowledged holds after it is killed at any moment",
  { timeout: 120_000 },
  async (t) => {
    const port = await freePort();
    const start = async (): Promise<NodeProcess> => {
      const started = await NodeProcess.start(
        ["src/cli/main.ts", "serve"],
        { SYMBOLON_STORE: `sqlite:${path}`, SYMBOLON_TRUST_PROXY: "1", LOG_LEVEL: "error" },
        port,
      );
      t.after(() => started.end("SIGKILL"));
      return started;
    };

    const everybody: Customer[] = [];
    let server = await start();
    for (const lifeMs of [300, 500, 700, 900, 1_100, 1_300]) {
      const customers: Customer[] = [];
      const load = Array.from({ length: atOnce }, () => keepBusy(server.url, customers));
      await pause(lifeMs);
      await server.end("SIGKILL");
      await Promise.all(load);
      everybody.push(...customers);

      server = await start();
      await inTurn(everybody, (customer) => customer.assertSessions());
      await inTurn(customers, (customer) => customer.assertPassword());
      assert.deepEqual(integrityOf(path), { integrity: "ok", orphans: [] });
    }
    await inTurn(everybody, (customer) => customer.assertPassword());
    const acknowledged = everybody.reduce((sum, customer) => sum + customer.acknowledged, 0);
    t.diagnostic(`${everybody.length} customers, ${acknowledged} acknowledgements`);
    assert.ok(acknowledged > 60, `${acknowledged} acknowledgements are too few to tell`);
    assert.equal(await server.end("SIGTERM"), 0, server.output);
  },
);

/** Sends one customer after another until the server is gone. */
async function keepBusy(base: string, customers: Customer[]): Promise<void> {
  for (;;) {
    const customer = new Customer(base);
    customers.push(customer);
    try {
      await customer.goThrough();
    } catch (error) {
      // What `fetch` throws without an answer, and when the answer breaks off.
      if (error instanceof TypeError) return;
      throw error;
    }
  }
}

/** A few at once, so that the whole takes seconds. */
async function inTurn(
  customers: readonly Customer[],
  check: (customer: Customer) => Promise<void>,
): Promise<void> {
  const waiting = [...customers];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await check(next);
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

function integrityOf(file: string): { readonly integrity: unknown; readonly orphans: unknown[] } {
  const connection = new DatabaseSync(file, { readOnly: true });
  try {
    return {
      integrity: connection.prepare("pragma integrity_check").get()?.["integrity_check"],
      orphans: connection.prepare("pragma foreign_key_check").all(),
    };
  } finally {
    connection.close();
  }
}
