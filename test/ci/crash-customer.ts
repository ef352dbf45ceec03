import assert from "node:assert/strict";
import { Client, type Answer } from "../support/client.ts";

/** A session's client, and what the server has acknowledged about it. */
interface HeldSession {
  readonly client: Client;
  /** `unknown` while something that may end it was asked for and not answered. */
  state: "live" | "ended" | "unknown";
}

let made = 0;

/**
 * A user who does one thing after another and remembers what was acknowledged. What was under way when the server died
 * may have happened or not.
 */
export class Customer {
  readonly #base: string;
  readonly #email: string;
  /** More than one where a change was not answered. */
  #passwords: readonly string[];
  #oldPassword: string | null = null;
  #registered = false;
  readonly #sessions: HeldSession[] = [];

  constructor(base: string) {
    made += 1;
    this.#base = base;
    this.#email = `customer${made}@example.com`;
    this.#passwords = [`first of customer no. ${made}`];
  }

  /** Does it all once. @throws TypeError of `fetch` when the server is gone */
  async goThrough(): Promise<void> {
    const first = await this.#register();
    const second = await this.#signIn();
    const third = await this.#signIn();
    await this.#end([third], () => third.client.post("/auth/sign-out"), 204);
    await this.#changePassword(first);
    const fourth = await this.#signIn();
    const fifth = await this.#signIn();
    const { id } = (await fifth.client.get("/auth/session")).json["session"] as { id: string };
    await this.#end([fifth], () => first.client.delete(`/auth/sessions/${id}`), 204);
    await this.#end([fourth], () => first.client.delete("/auth/sessions"), 200);
    assert.deepEqual([first.state, second.state], ["live", "ended"]);
  }

  /** How many acknowledgements there are to check. */
  get acknowledged(): number {
    return (
      Number(this.#registered) + this.#sessions.filter(({ state }) => state !== "unknown").length
    );
  }

  /** Every session is as it was acknowledged. */
  async assertSessions(): Promise<void> {
    for (const { client, state } of this.#sessions) {
      if (state === "unknown") continue;
      const { status, json } = await client.get("/auth/session");
      assert.equal(status, state === "live" ? 200 : 401, `a session that was ${state}`);
      if (state === "live") assert.equal((json["user"] as { email: string }).email, this.#email);
    }
  }

  /** The password signs in, and the one before it does not. */
  async assertPassword(): Promise<void> {
    if (!this.#registered) return;
    const statuses = [];
    for (const password of this.#passwords) {
      statuses.push((await this.#try(password)).status);
    }
    assert.deepEqual(
      statuses.filter((status) => status === 200),
      [200],
      "one password signs in",
    );
    if (this.#oldPassword !== null) assert.equal((await this.#try(this.#oldPassword)).status, 401);
  }

  async #register(): Promise<HeldSession> {
    const client = this.#client();
    const [password] = this.#passwords;
    const answer = await client.post("/auth/register", { email: this.#email, password });
    assert.equal(answer.status, 201, answer.text);
    this.#registered = true;
    return this.#hold(client);
  }

  async #signIn(): Promise<HeldSession> {
    const client = this.#client();
    const [password] = this.#passwords;
    const answer = await client.post("/auth/sign-in", { email: this.#email, password });
    assert.equal(answer.status, 200, answer.text);
    return this.#hold(client);
  }

  async #changePassword(by: HeldSession): Promise<void> {
    const [currentPassword = ""] = this.#passwords;
    const newPassword = `second of ${this.#email}`;
    const others = this.#sessions.filter((each) => each !== by && each.state === "live");
    // The session that asks gets a new secret: without the answer its client does not know it.
    by.state = "unknown";
    this.#passwords = [currentPassword, newPassword];
    const change = { currentPassword, newPassword };
    await this.#end(others, () => by.client.post("/auth/password", change), 204);
    by.state = "live";
    this.#passwords = [newPassword];
    this.#oldPassword = currentPassword;
  }

  async #end(
    sessions: readonly HeldSession[],
    ask: () => Promise<Answer>,
    expected: number,
  ): Promise<void> {
    for (const session of sessions) session.state = "unknown";
    const { status, text } = await ask();
    assert.equal(status, expected, text);
    for (const session of sessions) session.state = "ended";
  }

  #hold(client: Client): HeldSession {
    const session: HeldSession = { client, state: "live" };
    this.#sessions.push(session);
    return session;
  }

  async #try(password: string): Promise<Answer> {
    return this.#client().post("/auth/sign-in", { email: this.#email, password });
  }

  /** Each from an address of its own, so that the throttle has nothing to say. */
  #client(): Client {
    const address = Array.from({ length: 3 }, () => Math.floor(Math.random() * 256)).join(".");
    return new Client(this.#base, { "x-forwarded-for": `10.${address}` });
  }
}
