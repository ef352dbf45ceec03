import type { Auth } from "symbolon";
import { must } from "../../support/tokens.ts";
import { Jar } from "./jar.ts";
import { raceWindowMs, type Deployment } from "./deployment.ts";

/** What the network does to requests and answers: probabilities. */
export interface Weather {
  readonly losesRequests: number;
  readonly losesAnswers: number;
  /** An answer takes up to `longestMs`; the others come at once. */
  readonly delaysAnswers: number;
  readonly longestMs: number;
}

export const stormy: Weather = {
  losesRequests: 0.05,
  losesAnswers: 0.2,
  delaysAnswers: 0.2,
  longestMs: raceWindowMs - 2_000,
};

/** What a process answered, and to what. */
export interface Answered {
  /** `200`, or the status and the code of the problem. */
  readonly verdict: string;
  readonly cookies: readonly string[];
}

/** Asks one process with the cookies of a jar. */
export type Ask = (auth: Auth, jar: Jar) => Promise<Answered>;

const base = "https://app.example.com";
const peer = { remoteAddress: "192.0.2.1", encrypted: true } as const;

/** What the script of a page does when its access token has had its time. */
export const askRoute: Ask = async (auth, jar) => {
  const headers = { host: "app.example.com", "sec-fetch-site": "same-origin", cookie: jar.header };
  const request = new Request(`${base}/auth/refresh`, { method: "POST", headers });
  const response = await auth.handler(request, peer);
  const cookies = response.headers.getSetCookie();
  if (response.ok) return { verdict: "200", cookies };
  const { code } = (await response.json()) as { readonly code: string };
  return { verdict: `${response.status} ${code}`, cookies };
};

/** What a page without script does, and its images: they are asked for. */
export const askPage: Ask = async (auth, jar) => {
  const headers = { host: "app.example.com", "sec-fetch-site": "same-origin", cookie: jar.header };
  const handle = async ({ status, error }: { status: string; error: Error | null }) =>
    new Response(status === "authenticated" ? "200" : `${status} ${error?.message ?? ""}`);
  const response = await auth.respond(new Request(`${base}/page`, { headers }), handle, peer);
  return { verdict: await response.text(), cookies: response.headers.getSetCookie() };
};

/** An answer on its way. */
interface Delayed {
  readonly at: number;
  readonly answer: Answered;
}

/** One browser, whose tabs share a jar: of the answers that arrive the last one counts. */
export class Browser {
  readonly jar: Jar = new Jar();
  readonly sessionId: string;
  /** How often each answer was given, whether it arrived or not. */
  readonly verdicts: Map<string, number> = new Map();
  readonly #deployment: Deployment;
  readonly #random: () => number;
  readonly #ask: Ask;

  private constructor(deployment: Deployment, random: () => number, ask: Ask, sessionId: string) {
    this.#deployment = deployment;
    this.#random = random;
    this.#ask = ask;
    this.sessionId = sessionId;
  }

  static async signIn(
    deployment: Deployment,
    userId: string,
    random: () => number,
    ask: Ask = askRoute,
  ): Promise<Browser> {
    const auth = deployment.auths[Math.floor(random() * deployment.auths.length)];
    const head = { method: "POST", headers: { host: "app.example.com" }, encrypted: true };
    const { cookies, session } = await must(auth).signIn({ userId }, head);
    const browser = new Browser(deployment, random, ask, session.id);
    browser.jar.take(cookies);
    return browser;
  }

  /**
   * All tabs ask at once, each through any process, and again until an answer has arrived; some once more, as soon as it has. It
   * takes a while: `meanwhile` is called every few seconds.
   */
  async askAll(
    tabs: number,
    weather: Weather = stormy,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const { clock } = this.#deployment;
    let waiting = tabs;
    let underWay: Delayed[] = [];
    while (waiting > 0 || underWay.length > 0) {
      const asking = Array.from({ length: waiting }, () => this.#askOnce(weather));
      waiting = 0;
      for (const outcome of await Promise.all(asking)) {
        if (outcome === "lost") waiting += 1;
        else if (outcome !== "arrived") underWay.push(outcome);
      }
      await meanwhile();
      await this.#deployment.pass(1_000 + Math.floor(this.#random() * 4_000));
      const due = underWay.filter(({ at }) => at <= clock.now());
      underWay = underWay.filter((each) => !due.includes(each));
      for (const { answer } of shuffled(due, this.#random)) this.jar.take(answer.cookies);
    }
  }

  async #askOnce(weather: Weather): Promise<Delayed | "lost" | "arrived"> {
    const { clock, auths } = this.#deployment;
    if (this.#random() < weather.losesRequests) return "lost";
    const answer = await this.#ask(
      must(auths[Math.floor(this.#random() * auths.length)]),
      this.jar,
    );
    this.verdicts.set(answer.verdict, (this.verdicts.get(answer.verdict) ?? 0) + 1);
    if (this.#random() < weather.losesAnswers) return "lost";
    if (this.#random() < weather.delaysAnswers) {
      return { at: clock.now() + this.#random() * weather.longestMs, answer };
    }
    this.jar.take(answer.cookies);
    return this.#random() < 0.1 ? this.#askOnce(weather) : "arrived";
  }
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
