import { Agent, request } from "node:http";
import { kinds, type Answer, type Kind } from "./answers.ts";

/** Requests a second of each kind: 320 in all. */
const rates: Readonly<Record<Kind, number>> = {
  anonymous: 100,
  forged: 60,
  warm: 70,
  patient: 30,
  "never-seen": 30,
  "sign-in": 20,
  "sign-out": 10,
};
const tickMs = 10;
const patienceMs = 15_000;

export interface Customer {
  readonly who: string;
  readonly cookie: string;
}

/** Whose requests the load sends. Of the last two each is sent once, so there must be enough of them. */
export interface Crowd {
  readonly warm: readonly Customer[];
  readonly strangers: readonly Customer[];
  readonly leavers: readonly Customer[];
}

export function crowdSizes(seconds: number): { strangers: number; leavers: number } {
  return { strangers: rates["never-seen"] * seconds, leavers: rates["sign-out"] * seconds };
}

/**
 * Sends requests at a fixed rate over connections that are kept, however long the answers take, and records every
 * answer: a server that slows down is not spared.
 */
export class Load {
  readonly answers: Answer[] = [];
  readonly #port: number;
  readonly #crowd: Crowd;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  readonly #due = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  readonly #sent = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();

  constructor(port: number, crowd: Crowd) {
    this.#port = port;
    this.#crowd = crowd;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  /** Sends no more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    this.#agent.destroy();
  }

  #tick(): void {
    const now = performance.now();
    const seconds = (now - this.#tickedAt) / 1_000;
    this.#tickedAt = now;
    for (const kind of kinds) {
      let due = (this.#due.get(kind) ?? 0) + rates[kind] * seconds;
      for (; due >= 1; due -= 1) this.#dispatch(kind);
      this.#due.set(kind, due);
    }
  }

  #dispatch(kind: Kind): void {
    const turn = this.#sent.get(kind) ?? 0;
    this.#sent.set(kind, turn + 1);
    const { warm, strangers, leavers } = this.#crowd;
    const nobody = { who: "", cookie: "" };
    const someWarm = warm[turn % warm.length] ?? nobody;
    const [method, path, { who, cookie }] = (
      {
        anonymous: ["GET", "/public", nobody],
        forged: ["GET", "/guarded", { who: "", cookie: forged(turn) }],
        warm: ["GET", "/guarded", someWarm],
        patient: ["GET", "/patient", someWarm],
        "never-seen": ["GET", "/guarded", strangers[turn % strangers.length] ?? nobody],
        "sign-in": ["POST", `/sign-in/new-${turn}`, { who: `new-${turn}`, cookie: "" }],
        "sign-out": ["POST", "/sign-out", leavers[turn % leavers.length] ?? nobody],
      } as const
    )[kind];
    const open = this.#send(kind, method, path, { who, cookie }).then((answer) => {
      this.answers.push(answer);
      this.#open.delete(open);
    });
    this.#open.add(open);
  }

  #send(kind: Kind, method: string, path: string, { who, cookie }: Customer): Promise<Answer> {
    const sentAt = performance.now();
    const unanswered = { kind, who, sentAt, status: 0, isProblem: false } as const;
    return new Promise((resolve) => {
      const lost = (error: Error): void =>
        resolve({
          ...unanswered,
          answeredAt: performance.now(),
          code: error.message,
          retryAfter: undefined,
          setCookie: [],
        });
      const headers = { host: `localhost:${this.#port}`, ...(cookie !== "" && { cookie }) };
      const sent = request(
        { host: "127.0.0.1", port: this.#port, agent: this.#agent, method, path, headers },
        (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (text: string) => (body += text));
          response.on("error", lost).on("end", () => {
            const isProblem = response.headers["content-type"] === "application/problem+json";
            resolve({
              ...unanswered,
              answeredAt: performance.now(),
              status: response.statusCode ?? 0,
              code: isProblem ? String((JSON.parse(body) as { code: unknown }).code) : "",
              isProblem,
              retryAfter: response.headers["retry-after"],
              setCookie: response.headers["set-cookie"] ?? [],
            });
          });
        },
      );
      sent.setTimeout(patienceMs, () => sent.destroy(new Error(`no answer in ${patienceMs} ms`)));
      sent.on("error", lost).end();
    });
  }
}

/** Well formed, but nobody's. */
function forged(turn: number): string {
  return `sym=sys_${String(turn).padStart(22, "A")}.${"A".repeat(54)}`;
}
