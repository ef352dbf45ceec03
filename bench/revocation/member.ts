import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Command, Said } from "./messages.ts";
import type { WorldSession, WorldSettings } from "./world.ts";

type Bare<Each> = Each extends { readonly id: number } ? Omit<Each, "id"> : never;
type Heard<Kind extends Said["said"]> = Extract<Said, { readonly said: Kind }>;

interface Wait {
  readonly id: number;
  readonly resolve: (said: Said) => void;
  readonly reject: (error: Error) => void;
}

/** A process of a deployment, as its commander sees it. */
export class Member {
  readonly #child: ChildProcess;
  /** By what is waited for and the id of the command. */
  readonly #waiting = new Map<string, Wait>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (said: Said) => this.#hear(said));
    child.on("exit", (code) => this.#fail(new Error(`a process ended with ${String(code)}`)));
  }

  static async start(settings: WorldSettings): Promise<Member> {
    const child = fork(
      fileURLToPath(new URL("process.ts", import.meta.url)),
      [JSON.stringify(settings)],
      { execArgv: ["--conditions=symbolon:source"] },
    );
    const member = new Member(child);
    await member.#answer(0, "ready");
    return member;
  }

  async signIn(): Promise<WorldSession> {
    const { session } = await this.#ask({ do: "sign in" }, "signed in");
    return session;
  }

  /** Resolves when the process has let the session through; `refused` when it does not any more. */
  async watch(
    cookie: string,
    pace: { readonly paceMs: number; readonly giveUpMs: number },
  ): Promise<{ readonly refused: Promise<Heard<"refused">> }> {
    const id = (this.#lastId += 1);
    const refused = this.#answer(id, "refused");
    const seen = this.#answer(id, "seen");
    this.#send({ do: "watch", cookie, ...pace }, id);
    await Promise.race([seen, refused]);
    return { refused };
  }

  revoke(sessionId: string, propagated: boolean): Promise<Heard<"revoked">> {
    return this.#ask({ do: "revoke", sessionId, propagated }, "revoked");
  }

  async cost(cookie: string, checks: number): Promise<number> {
    return (await this.#ask({ do: "cost", cookie, checks }, "cost")).microseconds;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#send({ do: "stop" }, 0);
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(kill);
  }

  #ask<Kind extends Said["said"]>(command: Bare<Command>, kind: Kind): Promise<Heard<Kind>> {
    const id = (this.#lastId += 1);
    const answer = this.#answer(id, kind);
    this.#send(command, id);
    return answer;
  }

  #send(command: Bare<Command>, id: number): void {
    this.#child.send({ ...command, id });
  }

  #answer<Kind extends Said["said"]>(id: number, kind: Kind): Promise<Heard<Kind>> {
    return new Promise((resolve, reject) => {
      const wait = { id, resolve: (said: Said) => resolve(said as Heard<Kind>), reject };
      this.#waiting.set(`${kind} ${id}`, wait);
    });
  }

  #hear(said: Said): void {
    if (said.said === "failed") return this.#fail(new Error(said.error), said.id);
    const key = `${said.said} ${said.id}`;
    this.#waiting.get(key)?.resolve(said);
    this.#waiting.delete(key);
  }

  /** Without an id everything that is waited for fails. */
  #fail(error: Error, id?: number): void {
    for (const [key, wait] of this.#waiting) {
      if (id !== undefined && wait.id !== id) continue;
      this.#waiting.delete(key);
      wait.reject(error);
    }
  }
}
