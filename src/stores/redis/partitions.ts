import { partitionOfSession, partitionOfUser } from "../../core/revocation/partition.ts";
import { PartitionKeys } from "./keys.ts";

/** The partitions of a store, and which of them is whose. */
export class Partitions {
  readonly all: readonly PartitionKeys[];
  readonly #first: PartitionKeys;

  constructor(prefix: string, count: number) {
    this.#first = new PartitionKeys(prefix, 0);
    const rest = Array.from(
      { length: count - 1 },
      (_, index) => new PartitionKeys(prefix, index + 1),
    );
    this.all = [this.#first, ...rest];
  }

  get first(): PartitionKeys {
    return this.#first;
  }

  /** @throws RangeError when there is no such partition. */
  at(partition: number): PartitionKeys {
    const keys = this.all[partition];
    if (keys === undefined) throw new RangeError(`redisStore: there is no partition ${partition}`);
    return keys;
  }

  ofSession(sessionId: string): PartitionKeys {
    return this.at(partitionOfSession(sessionId, this.all.length));
  }

  ofUser(userId: string): PartitionKeys {
    return this.at(partitionOfUser(userId, this.all.length));
  }

  /** Attempts may be anywhere, as long as a key is always in the same place. */
  ofAttempts(key: string): PartitionKeys {
    return this.ofUser(key);
  }
}
