import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CustomerProcess } from "./customer-process.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { readLines, type ProcessHistory, type Target } from "./history.ts";
import type { Credential, CustomerSettings, Order, Report } from "./orders.ts";
import type { SeededRandom } from "./seeded-random.ts";

export type Settings = Omit<CustomerSettings, "history" | "port">;

const mostTries = 6;
const betweenTriesMs = 300;

/** Answers by the number of their order; null when the process that was asked is gone. */
type Awaited = { readonly of: Customer; readonly resolve: (report: Report | null) => void };

/** One customer: its process, the one that came in its place after it was killed, and the network to the store. */
export class Customer {
  readonly name: string;
  /** Null when it speaks to the store directly. */
  readonly proxy: FaultProxy | null;
  readonly #files: string[] = [];
  readonly #settings: Settings & { readonly port: number };
  readonly #folder: string;
  readonly #onReport: (report: Report) => void;
  readonly #onEnd: (process: CustomerProcess) => void;
  #process: CustomerProcess | null = null;

  constructor(
    name: string,
    proxy: FaultProxy | null,
    deps: {
      readonly settings: Settings & { readonly port: number };
      readonly folder: string;
      readonly onReport: (report: Report) => void;
      readonly onEnd: (customer: Customer, process: CustomerProcess) => void;
    },
  ) {
    this.name = name;
    this.proxy = proxy;
    this.#settings = deps.settings;
    this.#folder = deps.folder;
    this.#onReport = deps.onReport;
    this.#onEnd = (process) => deps.onEnd(this, process);
  }

  /** Starts its process, the first or the next, and resolves when it checks. */
  async start(): Promise<void> {
    const history = join(this.#folder, `${this.name}.${this.#files.length}.jsonl`);
    this.#files.push(history);
    const ready = Promise.withResolvers<void>();
    const process = new CustomerProcess({ ...this.#settings, history }, (report) => {
      if (report.report === "ready") ready.resolve();
      else this.#onReport(report);
    });
    this.#process = process;
    void process.ended.then(() => {
      ready.reject(new Error(`${this.name} did not start: ${process.output}`));
      this.#onEnd(process);
    });
    await ready.promise;
  }

  /** @throws Error before it was started */
  get process(): CustomerProcess {
    if (this.#process === null) throw new Error(`${this.name} has not been started`);
    return this.#process;
  }

  histories(): ProcessHistory[] {
    return this.#files.map((file, run) => ({ process: this.name, run, lines: readLines(file) }));
  }
}

/** All customers, and the sessions that go from hand to hand between them. */
export class Crowd {
  readonly customers: readonly Customer[];
  readonly credentials: Credential[] = [];
  readonly #random: SeededRandom;
  readonly #awaited = new Map<number, Awaited>();
  readonly #watched: { readonly credential: Credential; readonly until: number }[] = [];
  readonly #problems: string[] = [];
  #numbers = 0;

  private constructor(random: SeededRandom, customers: (crowd: Crowd) => readonly Customer[]) {
    this.#random = random;
    this.customers = customers(this);
  }

  /** Starts all of them, each behind a proxy of its own unless `direct`. */
  static async start(options: {
    readonly folder: string;
    readonly random: SeededRandom;
    readonly port: number;
    readonly direct?: boolean;
    readonly settings: readonly Settings[];
  }): Promise<Crowd> {
    const { folder, random, port, direct = false } = options;
    const proxies = await Promise.all(
      options.settings.map(async () => (direct ? null : FaultProxy.start(port))),
    );
    const crowd = new Crowd(random, (self) =>
      options.settings.map(
        (settings, index) =>
          new Customer(`customer-${index}`, proxies[index] ?? null, {
            settings: { ...settings, port: proxies[index]?.port ?? port },
            folder,
            onReport: (report) => self.#answer(report),
            onEnd: (customer, { output }) => self.#lose(customer, output),
          }),
      ),
    );
    await Promise.all(crowd.customers.map((customer) => customer.start()));
    return crowd;
  }

  any(): Customer {
    return this.#random.choose(this.customers);
  }

  /** Tries it here and there, as people do. Null when it came to nothing all the same, or nobody knows. */
  async signIn(user: string, tenant: string): Promise<Credential | null> {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const credential = await this.#signInOnce(user, tenant);
      if (credential !== null) return credential;
      await pause(betweenTriesMs * (tries + 1));
    }
    return null;
  }

  async #signInOnce(user: string, tenant: string): Promise<Credential | null> {
    const answer = await this.#ask(this.any(), (number) => ({
      order: "sign in",
      number,
      user,
      tenant,
    }));
    const credential = answer?.report === "sign-in answered" ? answer.credential : null;
    if (credential !== null) this.credentials.push(credential);
    return credential;
  }

  /** Answers whether it was acknowledged. */
  async revoke(target: Target, propagated: boolean, by: Customer = this.any()): Promise<boolean> {
    const answer = await this.#ask(by, (number) => ({
      order: "revoke",
      number,
      target,
      propagated,
    }));
    return answer?.report === "revocation answered" && answer.done;
  }

  /** All of them check it again and again, also those that are started meanwhile. */
  watch(credential: Credential, forMs: number): void {
    this.#watched.push({ credential, until: performance.now() + forMs });
    for (const { process } of this.customers) {
      process.send({ order: "watch", credentials: [credential], forMs });
    }
  }

  /** One of them looks at each; resolves when it has. */
  async look(customer: Customer, credentials: readonly Credential[]): Promise<void> {
    await this.#ask(customer, (number) => ({ order: "look", number, credentials }));
  }

  async kill(customer: Customer): Promise<void> {
    await customer.process.kill();
  }

  /** Nobody waits for a process that is gone; and what it said before its end must not be overheard. */
  #lose(customer: Customer, output: string): void {
    if (output !== "") this.#problems.push(`${customer.name} said: ${output}`);
    for (const [number, { of, resolve }] of this.#awaited) {
      if (of !== customer) continue;
      this.#awaited.delete(number);
      resolve(null);
    }
  }

  /** Starts a customer that was killed, and hands it what the others watch. */
  async startAgain(customer: Customer): Promise<void> {
    await customer.start();
    const now = performance.now();
    for (const { credential, until } of this.#watched) {
      if (until > now) {
        const order = { order: "watch", credentials: [credential], forMs: until - now } as const;
        customer.process.send(order);
      }
    }
  }

  /** Lets all leave. Answers what went wrong. */
  async end(): Promise<string[]> {
    await Promise.all(
      this.customers.map(async ({ name, process, proxy }) => {
        proxy?.heal();
        process.go();
        const left = await process.leave();
        if (!left) this.#problems.push(`${name} did not leave by itself`);
        await proxy?.close();
      }),
    );
    return this.#problems;
  }

  histories(): ProcessHistory[] {
    return this.customers.flatMap((customer) => customer.histories());
  }

  #ask(of: Customer, order: (number: number) => Order): Promise<Report | null> {
    this.#numbers += 1;
    const number = this.#numbers;
    return new Promise((resolve) => {
      this.#awaited.set(number, { of, resolve });
      if (of.process.isRunning) of.process.send(order(number));
      else {
        this.#awaited.delete(number);
        resolve(null);
      }
    });
  }

  #answer(report: Report): void {
    if (report.report === "ready") return;
    const awaited = this.#awaited.get(report.number);
    this.#awaited.delete(report.number);
    awaited?.resolve(report);
  }
}
