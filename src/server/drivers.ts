import { createRequire } from "node:module";
import { join } from "node:path";
import type * as mysql2 from "mysql2/promise";
import type * as pg from "pg";
import type * as redis from "redis";

/**
 * The drivers of databases are the application's: they are optional peers, loaded when an address asks for them. First
 * as the package manager laid them out for us; else from the folder in which the command runs, for a Symbolon that is
 * installed elsewhere (globally, or linked).
 */
export const drivers: {
  readonly pg: () => Promise<typeof pg>;
  readonly mysql2: () => Promise<typeof mysql2>;
  readonly redis: () => Promise<typeof redis>;
} = {
  pg: () => load("pg", "pg", "PostgreSQL", () => import("pg")),
  mysql2: () => load("mysql2", "mysql2/promise", "MySQL", () => import("mysql2/promise")),
  redis: () => load("redis", "redis", "Redis", () => import("redis")),
};

/** @throws Error that says what to install */
async function load<Driver>(
  packageName: string,
  entry: string,
  database: string,
  byItself: () => Promise<Driver>,
): Promise<Driver> {
  try {
    return await byItself();
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const folder = process.cwd();
  try {
    return createRequire(join(folder, "package.json"))(entry) as Driver;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  throw new Error(
    `${database} needs the package ${packageName}, which is neither beside Symbolon nor in ${folder}: run \`npm install ${packageName}\` there`,
  );
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}
