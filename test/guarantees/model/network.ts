import type { Step } from "./explorer.ts";

/** A store call on its way. */
interface Call {
  readonly name: string;
  readonly from: string;
  readonly input: string;
  readonly sentAt: number;
  /** What its sender knew then. */
  readonly known: string;
  readonly serve: () => Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  served: { readonly answer: unknown; readonly text: string } | null;
}

/** What has just come back to a process. */
export interface Arrival {
  readonly from: string;
  readonly name: string;
  readonly sentAt: number;
  /** Null: the call failed. */
  readonly answered: { readonly answer: unknown; readonly text: string } | null;
}

/** Calls that change nothing that another process could see, but through what a later write says. */
const reads: ReadonlySet<string> = new Set(["find", "sync"]);

/**
 * Between processes and the store: a call is sent, served and answered in three steps, each when it is chosen, in any
 * order. It may fail before it is served, or after that, when only its answer is lost.
 */
export class Network {
  /** Until the world begins, calls are answered at once. */
  isDirect = true;
  readonly #calls: Call[] = [];
  readonly #now: () => number;
  readonly #failure: () => unknown;
  readonly #promptly: ReadonlySet<string>;

  constructor(deps: {
    readonly now: () => number;
    readonly failure: () => unknown;
    /** Calls that are served in the step that sends them. */
    readonly promptly: ReadonlySet<string>;
  }) {
    this.#promptly = deps.promptly;
    this.#now = deps.now;
    this.#failure = deps.failure;
  }

  /**
   * The methods of a slice, called over this network by a process; whichever slice it is when the call is served. `known`
   * tells what the sender remembers with a call.
   */
  connect<Slice extends object>(
    from: string,
    slice: () => Slice,
    names: readonly (keyof Slice & string)[],
    known: () => string,
  ): Slice {
    const connected: Record<string, unknown> = {};
    for (const name of names) {
      connected[name] = (...input: unknown[]): Promise<unknown> => {
        const serve = (): Promise<unknown> => {
          const served = slice();
          const method = served[name] as (...input: unknown[]) => Promise<unknown>;
          return Reflect.apply(method, served, input);
        };
        if (this.isDirect) return serve();
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        const [sentAt, text] = [this.#now(), JSON.stringify(input)];
        const sent = { name, from, input: text, sentAt, known: known(), serve };
        const call: Call = { ...sent, resolve, reject, served: null };
        this.#calls.push(call);
        if (this.#promptly.has(name)) void this.#serve(call);
        return promise;
      };
    }
    return connected as Slice;
  }

  hasSent(from: string, name: string): boolean {
    return this.#calls.some((call) => call.from === from && call.name === name);
  }

  steps(mayFail: boolean): Step[] {
    const steps: Step[] = [];
    for (const call of this.#calls) {
      const { name, from: owner, served } = call;
      const label = this.#labelOf(call);
      const isRead = reads.has(name);
      // What a write's caller is told, the world notes too.
      const answering = isRead ? "process" : "write";
      if (served === null) {
        steps.push({ name: `serve ${label}`, owner, reach: isRead ? "read" : "write" });
      } else steps.push({ name: `answer ${label}`, owner, reach: answering });
      // Failures are counted for all processes together, so they are not independent of each other.
      if (mayFail) steps.push({ name: `fail ${label}`, owner, reach: "world" });
    }
    return steps;
  }

  /** By its place among the calls of its process with its name: what other processes send does not change it. */
  #labelOf(call: Call): string {
    const { from, name } = call;
    let place = 0;
    for (const other of this.#calls) {
      if (other === call) break;
      if (other.from === from && other.name === name) place += 1;
    }
    return `${from}.${name}#${place}`;
  }

  /** Whether it was one of this network's; what arrived by it, if anything. */
  async take(step: string): Promise<Arrival | boolean> {
    const space = step.indexOf(" ");
    const [act, label] = [step.slice(0, space), step.slice(space + 1)];
    if (act !== "serve" && act !== "answer" && act !== "fail") return false;
    const call = this.#calls.find((each) => this.#labelOf(each) === label);
    if (call === undefined) throw new RangeError(`there is no such call: ${step}`);
    if (act === "serve") {
      await this.#serve(call);
      return true;
    }
    this.#calls.splice(this.#calls.indexOf(call), 1);
    const { from, name, sentAt } = call;
    if (act === "fail") call.reject(this.#failure());
    else call.resolve(call.served?.answer);
    return { from, name, sentAt, answered: act === "fail" ? null : call.served };
  }

  async #serve(call: Call): Promise<void> {
    const answer = await call.serve();
    call.served = { answer, text: JSON.stringify(answer) ?? "" };
  }

  /** The calls of a process that are on their way. */
  keyOf(from: string): string {
    return this.#calls
      .filter((call) => call.from === from)
      .map(({ name, input, known, served }) => `${name}@${known}${input}:${served?.text ?? "-"}`)
      .join(";");
  }
}
