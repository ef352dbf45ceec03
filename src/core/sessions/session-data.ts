import type { JsonValue } from "../../util/json.ts";
import { AuthError } from "../errors.ts";
import { checkIdentifier } from "../identifiers.ts";
import type { DataChange, SessionStore } from "./session-store.ts";
import type { DataSchemas } from "./data-schemas.ts";

/** The types of an application's session data, by key. */
export type DataShape = Readonly<Record<string, unknown>>;

/**
 * Application data on the session, by key. Keys are independent: two requests that write different keys both
 * survive. Values are JSON. The first `get` of a request reads the store, once; a write resolves when it is
 * stored. Writing for somebody who has no session yet opens a guest session.
 *
 * Errors: a value that is not JSON, or that its schema refuses, is a `TypeError`; past the size limit a
 * `RangeError`; a session that ended meanwhile `AuthError('session_revoked')`.
 */
export interface SessionData<Shape extends DataShape = Record<string, JsonValue>> {
  get<Key extends keyof Shape & string>(key: Key): Promise<Shape[Key] | undefined>;
  set<Key extends keyof Shape & string>(key: Key, value: Shape[Key]): Promise<void>;
  /**
   * Replaces a value by `change(value)`, atomically: when another request was faster, `change` runs again on the
   * newer value. Answering `undefined` deletes the key.
   */
  update<Key extends keyof Shape & string>(
    key: Key,
    change: (value: Shape[Key] | undefined) => Shape[Key] | undefined,
  ): Promise<Shape[Key] | undefined>;
  delete(key: keyof Shape & string): Promise<void>;
}

const maxUpdateAttempts = 64;

/** The data of the session that a request belongs to. */
export function createSessionData(deps: {
  readonly store: Pick<SessionStore, "readData" | "writeData">;
  readonly maxBytes: number;
  readonly schemas: DataSchemas;
  /** The id of the request's session, or null. */
  readonly currentSession: () => string | null;
  /** Opens a guest session and answers its id. */
  readonly openSession: () => Promise<string>;
}): SessionData<Record<string, unknown>> {
  const { store, schemas } = deps;
  let loaded: { readonly sessionId: string; readonly texts: Promise<Map<string, string>> } | null =
    null;

  function load(sessionId: string): Promise<Map<string, string>> {
    if (loaded?.sessionId === sessionId) return loaded.texts;
    const texts = read(sessionId);
    const entry = { sessionId, texts };
    loaded = entry;
    texts.catch(() => {
      if (loaded === entry) loaded = null;
    });
    return texts;
  }

  async function read(sessionId: string): Promise<Map<string, string>> {
    const texts = await store.readData(sessionId);
    if (texts === null) throw new AuthError("session_revoked");
    return new Map(texts);
  }

  async function write(sessionId: string, change: Omit<DataChange, "maxBytes">): Promise<boolean> {
    const known = loaded?.sessionId === sessionId ? await loaded.texts : null;
    switch (await store.writeData(sessionId, { ...change, maxBytes: deps.maxBytes })) {
      case "written":
        if (change.to === null) known?.delete(change.key);
        else known?.set(change.key, change.to);
        return true;
      case "conflict":
        loaded = null;
        return false;
      case "too_large":
        throw new RangeError(
          `session data may take ${deps.maxBytes} bytes; "${change.key}" does not fit`,
        );
      case "ended":
        throw new AuthError("session_revoked");
    }
  }

  async function textToStore(key: string, value: unknown): Promise<string> {
    const text = JSON.stringify(await schemas.validate(key, value)) as string | undefined;
    if (text === undefined) throw new TypeError(`session data "${key}" is not a JSON value`);
    return text;
  }

  return {
    async get(key) {
      checkDataKey(key);
      const sessionId = deps.currentSession();
      if (sessionId === null) return undefined;
      return parse((await load(sessionId)).get(key));
    },
    async set(key, value) {
      checkDataKey(key);
      if (value === undefined) throw new TypeError(`use delete("${key}") to remove session data`);
      const to = await textToStore(key, value);
      await write(deps.currentSession() ?? (await deps.openSession()), { key, to });
    },
    async update(key, change) {
      checkDataKey(key);
      for (let attempt = 1; attempt <= maxUpdateAttempts; attempt += 1) {
        const sessionId = deps.currentSession() ?? (await deps.openSession());
        const from = (await load(sessionId)).get(key) ?? null;
        const value = change(parse(from ?? undefined));
        const to = value === undefined ? null : await textToStore(key, value);
        if (from === to || (await write(sessionId, { key, from, to })))
          return parse(to ?? undefined);
      }
      throw new AuthError("store_unavailable", {
        detail: "Too many requests changed the same session data at once.",
        retryAfterSeconds: 1,
      });
    },
    async delete(key) {
      checkDataKey(key);
      const sessionId = deps.currentSession();
      if (sessionId !== null) await write(sessionId, { key, to: null });
    },
  };
}

/** @throws TypeError when it is no key */
export function checkDataKey(key: string): string {
  return checkIdentifier("a key of session data", key);
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
