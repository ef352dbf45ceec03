import type { Auth } from "../../auth.ts";
import type { DataShape } from "../../core/sessions/session-data.ts";
import type { RequestHead } from "../../http/headers.ts";
import type { RequestAuth } from "../../http/request-auth.ts";
import type { ResponseHead } from "../../http/request-context.ts";
import { ActionHead } from "./action-head.ts";
import { cookieHeaderAfter, type CookieStore } from "./cookie-fields.ts";
import { ofThisCopy } from "./one-copy.ts";
import { headOf, type NextAuthOptions } from "./request-head.ts";

/** What Next tells of the request that it renders. */
export interface RequestScope {
  /** The same object for all that runs for one request. */
  readonly headers: () => Promise<Headers>;
  /** What an action may set. */
  readonly cookies: () => Promise<CookieStore>;
}

const ofNext: RequestScope = {
  headers: async () => (await import("next/headers.js")).headers(),
  cookies: async () => (await import("next/headers.js")).cookies(),
};

/** What is known of one request that Next renders. */
interface RenderedRequest<Shape extends DataShape> {
  /** Null until a page asks; and again when an action has set cookies, since the page after it is to see them. */
  page: Promise<RequestAuth<Shape>> | null;
  /** The heads of the actions that ran for it. */
  readonly actions: ActionHead[];
}

/** The head of a page's answer, which Next has given away before the page is rendered. */
const pageHead: ResponseHead = {
  takesNoCookies: true,
  assertOpen() {
    throw new TypeError(
      "a page cannot set cookies: sign in and out in a server action (actionAuth) or in a route handler (withAuth)",
    );
  },
  // What cannot be kept is not missed: nothing was traded for it, and the proxy does it on the next request.
  setCookie: () => undefined,
};

/** The requests that Next renders. They are known by the object that `headers()` answers, the same for all of one request. */
export class RenderedRequests<Shape extends DataShape> {
  readonly #auth: Pick<Auth<Shape>, "open">;
  readonly #options: NextAuthOptions;
  readonly #scope: RequestScope;
  readonly #requests: WeakMap<object, RenderedRequest<Shape>> = new WeakMap();

  constructor(
    auth: Pick<Auth<Shape>, "open">,
    options: NextAuthOptions,
    scope: RequestScope = ofNext,
  ) {
    this.#auth = auth;
    this.#options = options;
    this.#scope = scope;
  }

  /** Who asks for the page that is being rendered. Nothing of it can be cached, as it reads the request's headers. */
  async page(): Promise<RequestAuth<Shape>> {
    const received = await this.#scope.headers();
    const request = this.#requestOf(received);
    request.page ??= this.#open(this.#headOf("GET", received, request), pageHead);
    return request.page;
  }

  /** Who asks for the action that is running. Cookies go where Next keeps those of the action. */
  async action(): Promise<RequestAuth<Shape>> {
    const received = await this.#scope.headers();
    const request = this.#requestOf(received);
    const head = new ActionHead(await this.#scope.cookies(), () => (request.page = null));
    const requestAuth = await this.#open(this.#headOf("POST", received, request), head);
    request.actions.push(head);
    // What a page or another site's form asks for is not to be mistaken for what the user asks for.
    if (requestAuth.error?.code === "cross_site_request") throw requestAuth.error;
    return requestAuth;
  }

  #requestOf(received: Headers): RenderedRequest<Shape> {
    const known = this.#requests.get(received);
    if (known !== undefined) return known;
    const request: RenderedRequest<Shape> = { page: null, actions: [] };
    this.#requests.set(received, request);
    return request;
  }

  /** Where it goes is not told. The cookies are those that the browser will have after what actions have set so far. */
  #headOf(method: string, received: Headers, { actions }: RenderedRequest<Shape>): RequestHead {
    const headers = new Headers(received);
    const fields = actions.flatMap((action) => action.fields);
    if (fields.length > 0) {
      headers.set("cookie", cookieHeaderAfter(headers.get("cookie"), fields));
    }
    return headOf(method, headers, null, this.#options);
  }

  async #open(head: RequestHead, response: ResponseHead): Promise<RequestAuth<Shape>> {
    return ofThisCopy(await this.#auth.open(head, response));
  }
}
