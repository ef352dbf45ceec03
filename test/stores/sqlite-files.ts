import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { TestContext } from "node:test";
import { sqliteStore } from "symbolon/stores/sqlite";
import { temporaryFolder } from "./temporary-folder.ts";

/** Where the files of a test file are; gone when its tests have ended. */
export const folder: string = temporaryFolder();
let files = 0;

/** A file that is not there yet. */
export function newPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

/** A store on a file, open until the test ends. */
export async function opened(
  t: TestContext,
  path: string,
): Promise<ReturnType<typeof sqliteStore>> {
  const store = sqliteStore(path);
  await store.open();
  t.after(() => store.close());
  return store;
}

/** A connection of somebody else, until the test ends. */
export function connected(t: TestContext, path: string): DatabaseSync {
  const connection = new DatabaseSync(path);
  t.after(() => connection.close());
  return connection;
}
