import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A secret and whether it was made just now. */
export interface KeptSecret {
  readonly secret: string;
  readonly made: boolean;
}

/**
 * The development secret: read from its file, or made and written there, readable by its owner only. Of processes that
 * start at once, one makes it and the others read it.
 */
export function keepSecret(path: string): KeptSecret {
  const kept = read(path);
  if (kept !== null) return { secret: kept, made: false };
  const secret = randomBytes(32).toString("base64url");
  return make(path, secret) ? { secret, made: true } : { secret: read(path) ?? "", made: false };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Answers false when another process was faster. */
function make(path: string, secret: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  writeFileSync(draft, `${secret}\n`, { flag: "wx", mode: 0o600 });
  try {
    // The name appears together with the content: a file that others find half written, or that a crash left empty,
    // would hold no secret.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    return false;
  } finally {
    rmSync(draft);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
