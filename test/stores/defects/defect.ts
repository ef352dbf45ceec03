import type { memoryStore } from "symbolon/stores/memory";
import type { Store } from "../../../src/core/ports.ts";

export type MemoryStore = ReturnType<typeof memoryStore>;

/** A way to spoil a store, and what the contract has to say about it. */
export interface Defect {
  /** What is wrong with the store. */
  readonly name: string;
  readonly spoil: (store: MemoryStore) => Store;
  /** The line that tells it. */
  readonly told: string;
}
