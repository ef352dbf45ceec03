import type { PasswordHash } from "../../src/core/passwords/credential-store.ts";
import type { PasswordHasher } from "../../src/core/ports.ts";

/** A hasher that hashes nothing and counts everything. `generation` stands for the parameters. */
export class CountingHasher implements PasswordHasher {
  hashed = 0;
  verified = 0;
  mostAtOnce = 0;
  generation = 1;
  /** Fails the next call of `hash`. */
  failure: Error | null = null;
  #salt = 0;
  #atOnce = 0;

  async hash(password: string): Promise<PasswordHash> {
    this.hashed += 1;
    await this.#work();
    const failure = this.failure;
    this.failure = null;
    if (failure !== null) throw failure;
    return `$counted$g=${this.generation}$${(this.#salt += 1)}$${password}` as PasswordHash;
  }

  async verify(
    hash: PasswordHash,
    password: string,
  ): Promise<{ matches: boolean; outdated: boolean }> {
    this.verified += 1;
    await this.#work();
    const [, , generation, , ...rest] = hash.split("$");
    const matches = rest.join("$") === password;
    return { matches, outdated: matches && generation !== `g=${this.generation}` };
  }

  async #work(): Promise<void> {
    this.#atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    this.#atOnce -= 1;
  }
}
