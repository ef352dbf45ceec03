import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";
import { loadParts, type EngineParts } from "./parts.ts";

/** What the model loads of the sources, and so what has to be copied. */
const copied = ["core", "util", "stores/memory", "stores/memory.ts", "stores/gcra.ts"];

/** The code with a rule broken, loaded from a copy; the copy is gone when `use` has ended. */
export async function withMutant<Result>(
  source: string,
  mutant: Pick<Mutant, "file" | "from" | "to">,
  use: (parts: EngineParts) => Promise<Result>,
): Promise<Result> {
  const copy = mkdtempSync(join(tmpdir(), "symbolon-mutant-"));
  try {
    for (const part of [...copied, "stores/data-bytes.ts"]) {
      cpSync(join(source, part), join(copy, part), { recursive: true });
    }
    const file = join(copy, mutant.file);
    const text = readFileSync(file, "utf8");
    if (!text.includes(mutant.from)) throw new Error(`${mutant.file} has no "${mutant.from}"`);
    writeFileSync(file, text.replace(mutant.from, mutant.to));
    return await use(await loadParts(copy));
  } finally {
    rmSync(copy, { recursive: true });
  }
}
