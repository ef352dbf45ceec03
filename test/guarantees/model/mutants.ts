import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadParts, type EngineParts } from "./parts.ts";
import type { WorldBounds } from "./world-bounds.ts";

/** A rule, and what the code would be like without it. */
export interface Mutant {
  /** The rule that is broken. */
  readonly rule: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** A small world in which the explorer must notice. */
  readonly bounds: Partial<WorldBounds>;
}

export const mutants: readonly Mutant[] = [
  {
    rule: "the lease counts from when the sync was sent",
    file: "core/revocation/follower.ts",
    from: "this.lease.renew(sent);",
    to: "this.lease.renew(instantOf(this.#clock));",
    bounds: { checks: 1, syncs: 1, moves: 2 },
  },
  {
    rule: "past the lease nothing is judged without asking",
    file: "core/sessions/resume.ts",
    from: "!follower.lease.isFreshAt(monotonic, wall)",
    to: "false",
    bounds: { checks: 1, syncs: 0, moves: 2 },
  },
  {
    rule: "a read that took longer than the lease is asked again",
    file: "core/sessions/resume.ts",
    from: "if (elapsedSince(read.sent, clock) > leaseMs) continue;",
    to: "",
    bounds: { checks: 1, syncs: 1, moves: 4 },
  },
  {
    rule: "a known session is judged by the view",
    file: "core/sessions/resume.ts",
    from: "if (known.judgedVersion !== view.version) {",
    to: "if (known.judgedVersion < 0) {",
    bounds: { checks: 1, syncs: 1, moves: 2 },
  },
  {
    rule: "an entry that came after a read was sent outdates it",
    file: "core/sessions/resume.ts",
    from: "follower.view.lastSeqOf(read.session) > read.position",
    to: "follower.view.lastSeqOf(read.session) < 0",
    bounds: { checks: 2, syncs: 2, moves: 2, act: "change", warm: false },
  },
  {
    rule: "the monotonic clock counts where the wall clock is set back",
    file: "core/revocation/lease.ts",
    from: "return byMonotonic > byWall ? byMonotonic : byWall;",
    to: "return byWall;",
    bounds: { checks: 1, syncs: 0, moves: 2, jumps: 1 },
  },
  {
    rule: "a lost log is mended from what processes hold",
    file: "core/revocation/follower.ts",
    from: 'if (outcome === "cut") await this.#mend(entries, now);',
    to: 'if (outcome === "cut") this.view.replace(entries);',
    bounds: { checks: 2, syncs: 2, moves: 1, losses: 1 },
  },
];

/** The code with a rule broken, loaded from a copy; the copy is gone when `use` has ended. */
export async function withMutant<Result>(
  source: string,
  mutant: Mutant,
  use: (parts: EngineParts) => Promise<Result>,
): Promise<Result> {
  const copy = mkdtempSync(join(tmpdir(), "symbolon-mutant-"));
  try {
    cpSync(source, copy, { recursive: true });
    const file = join(copy, mutant.file);
    const text = readFileSync(file, "utf8");
    if (!text.includes(mutant.from)) throw new Error(`${mutant.file} has no "${mutant.from}"`);
    writeFileSync(file, text.replace(mutant.from, mutant.to));
    return await use(await loadParts(copy));
  } finally {
    rmSync(copy, { recursive: true });
  }
}
