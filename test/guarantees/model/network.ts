/** A store call on its way. */
interface Call {
  readonly name: string;
  readonly from: string;
  readonly sentAt: number;
  readonly serve: () => Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  served: { readonly answer: unknown; readonly text: string } | null;
}

/**
 * Between processes and the store: a call is sent, served and answered in three steps, each when it is chosen, in any
 * order, or is lost.
 */
export class Network {
  readonly #calls: Call[] = [];
  readonly #now: () => number;
  readonly #failure: () => unknown;

  constructor(deps: { readonly now: () => number; readonly failure: () => unknown }) {
    this.#now = deps.now;
    this.#failure = deps.failure;
  }

  /** The methods of a slice, called over this network by a process; whichever slice it is when the call is served. */
  connect<Slice extends object>(
    from: string,
    slice: () => Slice,
    names: readonly (keyof Slice & string)[],
  ): Slice {
    const connected: Record<string, unknown> = {};
    for (const name of names) {
      connected[name] = (...input: unknown[]): Promise<unknown> =>
        this.#send(name, from, () => {
          const served = slice();
          const method = served[name] as (...input: unknown[]) => Promise<unknown>;
          return Reflect.apply(method, served, input);
        });
    }
    return connected as Slice;
  }

  #send(name: string, from: string, serve: () => Promise<unknown>): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#calls.push({ name, from, sentAt: this.#now(), serve, resolve, reject, served: null });
    return promise;
  }

  choices(mayFail: boolean): readonly string[] {
    return this.#calls.flatMap((call, index) => {
      const label = `${call.from}.${call.name}#${index}`;
      if (call.served !== null) return [`answer ${label}`];
      return [`serve ${label}`, ...(mayFail ? [`fail ${label}`] : [])];
    });
  }

  /** Whether it was one of this network's. */
  async take(choice: string): Promise<boolean> {
    const [, act, index] = /^(serve|answer|fail) .*#(\d+)$/.exec(choice) ?? [];
    const call = this.#calls[Number(index)];
    if (act === undefined || call === undefined) return false;
    if (act === "serve") {
      const answer = await call.serve();
      call.served = { answer, text: JSON.stringify(answer) ?? "" };
      return true;
    }
    this.#calls.splice(Number(index), 1);
    if (act === "fail") call.reject(this.#failure());
    else call.resolve(call.served?.answer);
    return true;
  }

  key(): string {
    const now = this.#now();
    return this.#calls
      .map(
        ({ name, from, sentAt, served }) =>
          `${from}.${name}@${sentAt - now}:${served?.text ?? "-"}`,
      )
      .join(";");
  }
}
