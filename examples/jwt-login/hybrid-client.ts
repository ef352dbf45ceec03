import type { TokensBody } from "symbolon";

/** A client of `hybrid.ts` without cookies, such as an app on a phone. It keeps its tokens, and has them renewed when they have had their time. */
export class HybridClient {
  readonly #base: string;
  #tokens: TokensBody | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  /** Answers whether name and password were right. */
  async logIn(name: string, password: string): Promise<boolean> {
    const answer = await this.#post("/login", { name, password, delivery: "body" });
    if (answer.ok) this.#tokens = ((await answer.json()) as { readonly tokens: TokensBody }).tokens;
    return answer.ok;
  }

  async get(path: string): Promise<Response> {
    const answer = await this.#get(path);
    return answer.status === 401 && (await this.#refresh()) ? this.#get(path) : answer;
  }

  #get(path: string): Promise<Response> {
    const authorization = `Bearer ${this.#tokens?.accessToken ?? ""}`;
    return fetch(this.#base + path, { headers: { authorization } });
  }

  /** Answers false when the login has ended. */
  async #refresh(): Promise<boolean> {
    if (this.#tokens === null) return false;
    const { refreshToken } = this.#tokens;
    const answer = await this.#post("/auth/refresh", { refreshToken });
    if (!answer.ok) return false;
    const { tokens } = (await answer.json()) as { readonly tokens: TokensBody };
    // An answer without a refresh token means that the one before is to be kept.
    this.#tokens = { ...this.#tokens, ...tokens };
    return true;
  }

  #post(path: string, body: object): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return fetch(this.#base + path, { method: "POST", headers, body: JSON.stringify(body) });
  }
}
