import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
  mkdirSync(dirname(path), { recursive: true });
  const secret = randomBytes(32).toString("base64url");
  try {
    writeFileSync(path, `${secret}\n`, { flag: "wx", mode: 0o600 });
    return { secret, made: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return { secret: readFileSync(path, "utf8").trim(), made: false };
  }
}
