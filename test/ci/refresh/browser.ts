import { setTimeout as pause } from "node:timers/promises";
import { Jar } from "../../guarantees/many-tabs/jar.ts";

/** What a request came to: the status and, of a problem, its code. `lost` when no answer came. */
type Verdict = string;

/** A user's browser, whose tabs refresh and look at a page all the time, through whichever process. */
export class RestlessBrowser {
  readonly verdicts: Map<Verdict, number> = new Map();
  readonly #jar = new Jar();
  readonly #ports: readonly number[];

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  async signIn(user: string): Promise<void> {
    const verdict = await this.#ask("POST", `/sign-in/${user}`, true);
    if (verdict !== "200") throw new Error(`signing in: ${verdict}`);
    this.verdicts.clear();
  }

  async run(tabs: number, until: number): Promise<void> {
    await Promise.all(Array.from({ length: tabs }, () => this.#runTab(until)));
  }

  /** A page must be seen at once after the tab has refreshed, whatever happened before. */
  async isSignedIn(): Promise<boolean> {
    return (
      (await this.#ask("POST", "/auth/refresh", true)) === "200" &&
      (await this.#ask("GET", "/profile", true)) === "200"
    );
  }

  async #runTab(until: number): Promise<void> {
    while (performance.now() < until) {
      await this.#ask("POST", "/auth/refresh", Math.random() > 0.2);
      await this.#ask("GET", "/profile", true);
      await pause(Math.random() * 600);
    }
  }

  async #ask(method: string, path: string, arrives: boolean): Promise<Verdict> {
    const port = this.#ports[Math.floor(Math.random() * this.#ports.length)];
    const cookie = this.#jar.header;
    let verdict: Verdict = "lost";
    try {
      const answer = await fetch(`http://localhost:${port}${path}`, {
        method,
        headers: { "sec-fetch-site": "same-origin", ...(cookie !== "" && { cookie }) },
      });
      const body = (await answer.json()) as { readonly code?: string };
      if (arrives) this.#jar.take(answer.headers.getSetCookie());
      verdict = answer.ok ? "200" : `${answer.status} ${body.code}`;
    } catch (error) {
      // What `fetch` throws without an answer, and when the answer breaks off.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    }
    this.verdicts.set(verdict, (this.verdicts.get(verdict) ?? 0) + 1);
    return verdict;
  }
}
