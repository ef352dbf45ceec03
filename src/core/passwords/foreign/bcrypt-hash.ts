import type * as Bcrypt from "@node-rs/bcrypt";
import type { ForeignHash } from "./foreign-hash.ts";

/** Twice as many rounds with each step: 16 takes about five seconds. */
const highestCost = 16;

/**
 * bcrypt's own form, `$2b$12$…`, also `2a` and `2y`. `2x` marks hashes of a faulty implementation, which take other passwords, too.
 * bcrypt looks at the first 72 bytes of a password only; hashed anew, all of it counts.
 */
export function bcryptHash(text: string): ForeignHash | null {
  const [, cost] = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(text) ?? [];
  if (cost === undefined || Number(cost) < 4 || Number(cost) > highestCost) return null;
  return {
    async verify(password) {
      const { verify } = await loadBcrypt();
      return verify(password, text);
    },
  };
}

async function loadBcrypt(): Promise<typeof Bcrypt> {
  try {
    return await import("@node-rs/bcrypt");
  } catch (cause) {
    throw new Error("A password is hashed with bcrypt: install @node-rs/bcrypt to verify it", {
      cause,
    });
  }
}
