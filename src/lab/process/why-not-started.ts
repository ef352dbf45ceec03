import type { ColumnId } from "../column.ts";

/** Whose work the columns show. They are not Symbolon's dependencies: an application that uses it needs none of them. */
const peers: readonly string[] = ["express", "express-session", "jsonwebtoken", "cookie-parser"];

/** A sentence for who started the lab. */
export function whyNotStarted(column: ColumnId, error: unknown): string {
  if (!(error instanceof Error)) return `The column "${column}" did not start: ${String(error)}`;
  const missing = missingPackage(error);
  if (missing === null)
    return `The column "${column}" did not start: ${error.stack ?? error.message}`;
  return `The lab's column "${column}" is written with ${missing}, which is not installed. What the lab compares is not Symbolon's to bring; install it with: npm install --save-dev ${peers.join(" ")}`;
}

function missingPackage(error: Error): string | null {
  if (!("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return null;
  const name = /Cannot find package '([^']+)'/.exec(error.message)?.[1];
  return name !== undefined && peers.includes(name) ? name : null;
}
