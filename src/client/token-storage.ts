import type { TokensBody } from "../http/wire.ts";

/** Where a client without cookies keeps its tokens. */
export interface TokenStorage {
  /** Null when there are none. */
  get(): TokensBody | null | Promise<TokensBody | null>;
  /** Null takes them away. */
  set(tokens: TokensBody | null): void | Promise<void>;
  /** Whether other tabs have the same tokens; then the tabs take turns at renewing them. */
  readonly shared?: boolean;
}

/** Keeps tokens for as long as the page is open, where other pages cannot look. */
export function memoryStorage(): TokenStorage {
  let tokens: TokensBody | null = null;
  return {
    get: () => tokens,
    set(next) {
      tokens = next;
    },
  };
}

/**
 * Keeps tokens in `localStorage`, where every script of the origin can read them, also an injected one, and where they
 * outlive the page: a single hole in any page of the origin is then enough to take the login away for good. For web pages
 * cookies are better; this is for what cannot have them.
 */
export function dangerouslyKeepTokensInLocalStorage(key: string = "symbolon_tokens"): TokenStorage {
  return {
    shared: true,
    get() {
      return JSON.parse(localStorage.getItem(key) ?? "null") as TokensBody | null;
    },
    set(tokens) {
      if (tokens === null) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(tokens));
    },
  };
}
