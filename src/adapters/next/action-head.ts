import type { ResponseHead } from "../../http/request-context.ts";
import { StoredFields, type CookieStore } from "./cookie-fields.ts";

/** The head of an action's answer. Next writes it, also when the action ends in a redirect. */
export class ActionHead implements ResponseHead {
  readonly #stored: StoredFields;
  readonly #onChange: () => void;

  constructor(store: CookieStore, onChange: () => void) {
    this.#stored = new StoredFields(store);
    this.#onChange = onChange;
  }

  /** Next itself refuses what comes too late, when the cookie is set. */
  assertOpen(): void {}

  setCookie(key: string, field: string): void {
    if (this.#stored.set(key, field)) this.#onChange();
  }

  /** What has been set so far. */
  get fields(): readonly string[] {
    return this.#stored.fields;
  }
}
