import { setImmediate as turn } from "node:timers/promises";
import type { Script, SqlDriver } from "./script.ts";

/**
 * Runs a script, each time in a transaction of its own, until it answers that nothing is left. In between everything
 * else gets its turn: the event loop too, which a synchronous driver would hold for a million rows.
 */
export async function inBatches(driver: SqlDriver, batch: () => Script<boolean>): Promise<void> {
  while (await driver.transact(batch)) await turn();
}
