import { warnOnce } from "./warnings.ts";
import { serializeSetCookie, type SetCookieAttributes } from "./set-cookie.ts";

/** Options of a session's cookie, as an application writes them. */
export interface CookieInit extends SetCookieAttributes {
  readonly maxAge?: number | Date | null | undefined;
  readonly originalMaxAge?: number | null | undefined;
}

/** What is stored of a cookie. The order of the keys is express-session's, so that both write the same text. */
export interface CookieData extends SetCookieAttributes {
  readonly originalMaxAge: number | null | undefined;
}

/** The cookie of one session: when it ends, and with which attributes it is sent. */
export class Cookie {
  // Declared only: each is set below, in express-session's order, and an attribute that nobody named is no key.
  declare path: string | undefined;
  declare _expires: Date | null | undefined;
  declare originalMaxAge: number | null | undefined;
  declare httpOnly: boolean | undefined;
  declare domain: string | undefined;
  declare secure: boolean | "auto" | undefined;
  declare sameSite: SetCookieAttributes["sameSite"];
  declare partitioned: boolean | undefined;
  declare priority: SetCookieAttributes["priority"];

  /** @throws TypeError for options that are no object, and for a `maxAge` that is neither a number nor a Date */
  constructor(options?: CookieInit) {
    this.path = "/";
    this.maxAge = null;
    this.httpOnly = true;
    if (options) {
      if (typeof options !== "object") {
        throw new TypeError("argument options must be a object");
      }
      for (const key in options) {
        // `data` can only be read.
        if (key !== "data") Reflect.set(this, key, options[key as keyof CookieInit]);
      }
    }
    this.originalMaxAge ??= this.maxAge;
  }

  set expires(date: Date | null | undefined) {
    this._expires = date;
    this.originalMaxAge = this.maxAge;
  }

  get expires(): Date | null | undefined {
    return this._expires;
  }

  /** Milliseconds from now. A Date is taken for the end itself, as it always was. */
  set maxAge(ms: number | Date | null | undefined) {
    if (ms && typeof ms !== "number" && !(ms instanceof Date)) {
      throw new TypeError("maxAge must be a number or Date");
    }
    if (ms instanceof Date) warnOnce("maxAge as Date; pass number of milliseconds instead");
    this.expires = typeof ms === "number" ? new Date(Date.now() + ms) : ms;
  }

  get maxAge(): number | null | undefined {
    const expires = this._expires;
    return expires instanceof Date ? expires.valueOf() - Date.now() : expires;
  }

  get data(): CookieData {
    return {
      originalMaxAge: this.originalMaxAge,
      partitioned: this.partitioned,
      priority: this.priority,
      expires: this._expires,
      secure: this.secure,
      httpOnly: this.httpOnly,
      domain: this.domain,
      path: this.path,
      sameSite: this.sameSite,
    };
  }

  /** A Set-Cookie field with exactly these attributes. @throws TypeError for what may not stand in one */
  serialize(name: string, value: string): string {
    return serializeSetCookie(name, value, this.data);
  }

  toJSON(): CookieData {
    return this.data;
  }
}
