import type { Store } from "../core/ports.ts";
import { attemptCases } from "./store-contract/attempts.ts";
import { credentialCases } from "./store-contract/credentials.ts";
import {
  storeSlices,
  type Damage,
  type StoreContractCase,
  type StoreSlice,
} from "./store-contract/case.ts";
import { claimsCases } from "./store-contract/claims.ts";
import { endingCases } from "./store-contract/endings.ts";
import { keyCases } from "./store-contract/keys.ts";
import { lineageEndingCases } from "./store-contract/lineage-endings.ts";
import { lineageCases } from "./store-contract/lineages.ts";
import { lossCases } from "./store-contract/loss.ts";
import { processCases } from "./store-contract/processes.ts";
import { restoreCases } from "./store-contract/restore.ts";
import { revocationCases } from "./store-contract/revocation.ts";
import { sessionDataCases } from "./store-contract/session-data.ts";
import { sessionCases } from "./store-contract/sessions.ts";
import { syncCases } from "./store-contract/sync.ts";
import { userCases } from "./store-contract/users.ts";

export type { Damage, StoreContractCase, StoreSlice } from "./store-contract/case.ts";

/**
 * What every store must do, as data, for any test runner. A case needs an open store that holds nothing, and
 * throws an `Error` of one line that names what is wrong. The first cases of each slice are races.
 */
export const storeContract: readonly StoreContractCase[] = [
  ...sessionCases,
  ...lineageCases,
  ...sessionDataCases,
  ...claimsCases,
  ...revocationCases,
  ...endingCases,
  ...lineageEndingCases,
  ...syncCases,
  ...processCases,
  ...restoreCases,
  ...lossCases,
  ...keyCases,
  ...userCases,
  ...credentialCases,
  ...attemptCases,
];

/** One way in which a store does not keep the contract. */
export interface ContractFailure {
  readonly slice: StoreSlice;
  /** The name of the case; `absent` when the store lacks the slice. */
  readonly name: string;
  /** What is wrong, in one line: `attempts: of 16 concurrent takes with burst 5, exactly 5 are taken: got 16`. */
  readonly message: string;
  /** What the case threw, if it ran. */
  readonly cause?: unknown;
}

export interface CheckStoreOptions {
  /** Slices that the store lacks on purpose; any other absent slice is a failure. */
  readonly without?: readonly StoreSlice[];
  /**
   * Makes the log of a store forget the entries after `seq`, as a failover does. The cases that need it are reported as
   * not run when it is left out; null says that the store cannot do it.
   */
  readonly loseEntriesAfter?: Damage["loseEntriesAfter"] | null;
  /** How long a case may take before it counts as "did not answer": milliseconds, 10,000 unless told otherwise. */
  readonly answerWithinMs?: number;
}

/**
 * Runs the contract, each case on a store of its own: `makeStore` answers one that holds nothing and is not yet
 * open; it is opened and closed here. Answers the failures; none means that the contract is kept. Whatever
 * `makeStore` throws is thrown.
 */
export async function checkStore(
  makeStore: () => Promise<Store>,
  options: CheckStoreOptions = {},
): Promise<readonly ContractFailure[]> {
  const { answerWithinMs = 10_000 } = options;
  const failures: ContractFailure[] = [];
  const probe = await makeStore();
  const present = storeSlices.filter((slice) => probe[slice] !== undefined);
  await probe.close?.();
  for (const slice of storeSlices) {
    if (present.includes(slice) || options.without?.includes(slice)) continue;
    const cases = storeContract.filter((one) => one.slice === slice).length;
    const message = `${slice}: absent: the store has no such slice, so ${cases} cases did not run`;
    failures.push({ slice, name: "absent", message });
  }
  const { loseEntriesAfter } = options;
  const damage = typeof loseEntriesAfter === "function" ? { loseEntriesAfter } : undefined;
  for (const one of storeContract) {
    if (!present.includes(one.slice)) continue;
    if (one.needs !== undefined && damage === undefined) {
      if (loseEntriesAfter === undefined) failures.push(notRun(one));
      continue;
    }
    const failure = await checkCase(one, await makeStore(), { damage, answerWithinMs });
    if (failure !== null) failures.push(failure);
  }
  return failures;
}

function notRun({ slice, name, needs }: StoreContractCase): ContractFailure {
  return { slice, name, message: `${slice}: ${name}: did not run: it needs ${needs}` };
}

/** A store that waits for itself would never be told what is wrong with it. */
async function answered(work: () => Promise<void>, answerWithinMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`did not answer within ${answerWithinMs / 1000} s`)),
      answerWithinMs,
    );
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function checkCase(
  { slice, name, run }: StoreContractCase,
  store: Store,
  {
    damage,
    answerWithinMs,
  }: { readonly damage: Damage | undefined; readonly answerWithinMs: number },
): Promise<ContractFailure | null> {
  try {
    await answered(async () => {
      await store.open?.();
      await run(store, damage);
    }, answerWithinMs);
    return null;
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : String(cause);
    return {
      slice,
      name,
      message: `${slice}: ${name}: ${told.replaceAll(/\s*\n\s*/g, " ")}`,
      cause,
    };
  } finally {
    await store.close?.();
  }
}
