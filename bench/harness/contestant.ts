/** Whose work is measured: ours, that of a library, or the least that anybody could write by hand. */
export type Kind = "symbolon" | "peer" | "floor";

/** One thing that is measured. The harness knows nothing else about it. */
export interface Contestant {
  readonly name: string;
  readonly kind: Kind;
  /** What it does more, or less, than the others in one operation; printed beside its figure. */
  readonly note?: string;
  /** Makes what `count` operations need, untimed; what it answers runs them, timed, and throws if one went wrong. */
  readonly batch: (count: number) => Work;
  /** Runs before each sample, untimed. */
  readonly settle?: () => Promise<void>;
  /** Runs before each batch, beside the operations: its cost is not theirs, and is reported apart. */
  readonly beside?: () => Promise<void>;
  /** Counts, such as of a store's calls; by how much they grow while operations are timed is reported. */
  readonly counts?: () => Readonly<Record<string, number>>;
  /** What has to be said when all is measured. */
  readonly facts?: () => Readonly<Record<string, number>>;
  readonly close?: () => Promise<void>;
}

/** Runs the operations that were made ready. */
export type Work = () => void | Promise<void>;

/** Makes a contestant when it is its turn: peers load their libraries, fill their stores, sign their cookies. */
export interface Entrant {
  readonly name: string;
  readonly make: () => Promise<Omit<Contestant, "name">>;
}

/** What is thrown when an operation did not do what is measured: a figure of it would mean nothing. */
export function failed(contestant: string): Error {
  return new Error(`${contestant}: an operation did not succeed`);
}
