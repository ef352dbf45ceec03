import type {
  CurrentSessionBody,
  PasswordChangedBody,
  RevokedOthersBody,
  SessionListBody,
  SignedInBody,
  TokensBody,
} from "../http/wire.ts";
import { asClientError, bodyOf, errorIn, type ClientError } from "./client-error.ts";
import type { AccountActions, BaseClient, Client, ClientOptions } from "./client-interface.ts";
import { createGuardedFetch, isEnd } from "./guarded-fetch.ts";
import { createRenewal } from "./renewal.ts";
import { holdSession, inOrder, sharedInTurn } from "./session-state.ts";
import { signedIn, signedOut, unknown, type SessionState } from "./session-state.ts";
import { joinTabs, type SessionNews, type TabChannel } from "./tabs.ts";
import { memoryStorage } from "./token-storage.ts";
import { createTransport } from "./transport.ts";

export { ClientError, type ClientErrorCode } from "./client-error.ts";
export type {
  AccountActions,
  BaseClient,
  Client,
  ClientOptions,
  SessionList,
  SessionStore,
} from "./client-interface.ts";
export type { StepUpHandler } from "./guarded-fetch.ts";
export type { SessionState } from "./session-state.ts";
export type { StepUpChallenge } from "./step-up.ts";
export type { TabChannel } from "./tabs.ts";
export { dangerouslyKeepTokensInLocalStorage, type TokenStorage } from "./token-storage.ts";
export type { ListedSessionBody, SessionBody, TokensBody, UserBody } from "../http/wire.ts";

/**
 * Makes the client. Nothing is asked before somebody listens, or sends something. `createClient<typeof auth>()` has what that
 * server has.
 * @throws TypeError for a `baseUrl` that is no origin
 */
export function createClient<Auth extends { readonly users: unknown } = { readonly users: true }>(
  options: ClientOptions = {},
): Client<Auth> {
  const { basePath = "/auth", delivery = "cookie", initial, onStepUp } = options;
  const base = originOf(options.baseUrl ?? globalThis.location?.origin);
  const storage = delivery === "body" ? (options.storage ?? memoryStorage()) : null;
  const first = stateOf(initial);
  const holder = holdSession(first);
  const writeInOrder = inOrder();
  const oneByOne = inOrder();
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const openChannel = options.channel ?? pageChannel;
  const isAlone = storage !== null && storage.shared !== true;
  const channel = isAlone ? null : openChannel(`symbolon:${base.origin}${basePath}`);
  const tabs = joinTabs(channel, ({ kind, sessionId, userId }) => {
    const { status, session, user } = holder.get();
    const isOurs = session?.id === sessionId;
    if (isOurs ? kind === "started" : kind === "ended" && status !== "unknown") return;
    holder.nextTurn();
    if (isOurs) return holder.show(signedOut());
    // Somebody else, perhaps: what is shown of the one before goes at once.
    if (userId === undefined || userId !== user?.id) holder.show(unknown());
    loadIfHeard();
  });

  const fetch = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  const transport = createTransport(base, basePath, storage, fetch);
  const renew = createRenewal(holder, tabs, transport, storage, end, write);
  const guarded = createGuardedFetch(holder, transport, renew, () => void load(), onStepUp);

  function write(tokens: TokensBody | null): Promise<void> {
    return writeInOrder(async () => storage?.set(tokens));
  }

  function loadIfHeard(): void {
    if (holder.hasListeners) void load();
  }

  const load = sharedInTurn(holder, async (turn) => {
    try {
      const asked = guarded.exchange(transport.route("GET", "/session"));
      const body = await answerTo<CurrentSessionBody>(asked.then(({ response }) => response));
      if (turn.aborted) return;
      const { status, session } = holder.get();
      const isNews = status !== "unknown" && session?.id !== body.session.id;
      if (isNews) holder.nextTurn();
      showSignedIn(body, isNews);
    } catch (thrown) {
      if (turn.aborted) return;
      const error = asClientError(thrown);
      if (isEnd(error.code)) await end(error);
      else if (holder.get().status === "unknown") askLater(error);
    }
  });

  /** An outage is no sign-out: what is not known is asked for again. */
  function askLater(error: ClientError): void {
    holder.show(unknown(error));
    const seconds = Math.max(error.retryAfterSeconds ?? 0, Math.min(60, 2 ** failures));
    failures += 1;
    clearTimeout(timer);
    timer = setTimeout(loadIfHeard, seconds * 1000 * (1 + Math.random() / 2));
  }

  function showSignedIn(body: CurrentSessionBody, isNews: boolean): void {
    failures = 0;
    holder.show(signedIn(body));
    if (isNews) tell("started", holder.get());
  }

  /** Whose session has ended, a tab that never asked cannot say: then the others ask for themselves. */
  function tell(kind: SessionNews["kind"], { user, session }: SessionState): void {
    tabs.tell({ kind: session ? kind : "started", sessionId: session?.id, userId: user?.id });
  }

  async function end(error: ClientError | null = null): Promise<void> {
    const before = holder.get();
    if (before.status === "signed_out") return;
    holder.nextTurn();
    holder.show(signedOut(error));
    tell("ended", before);
    await write(null);
  }

  /** The body of a good answer. @throws ClientError */
  async function answerTo<Body>(sending: Promise<Response>): Promise<Body> {
    const response = await sending.catch((thrown: unknown) => {
      throw asClientError(thrown);
    });
    if (!response.ok) throw await errorIn(response);
    return bodyOf<Body>(response);
  }

  /** Asks as the user who is signed in. */
  function ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    return answerTo(guarded.fetch(transport.route(method, path, body)));
  }

  const enter =
    (path: string) =>
    (input: object): Promise<SignedInBody> =>
      oneByOne(async () => {
        const request = transport.route("POST", path, { ...input, delivery });
        const { tokens, ...body } = await answerTo<SignedInBody>(transport.send(request));
        // First, so that a renewal which is under way for the login of before cannot come after.
        holder.nextTurn();
        await write(tokens ?? null);
        showSignedIn(body, true);
        return body;
      });

  // A page that was put aside has heard nothing meanwhile; `persisted` is false for one that is shown for the first time.
  function revisit({ persisted }: Partial<PageTransitionEvent>): void {
    if (persisted !== false) loadIfHeard();
  }
  const closing = new AbortController();
  for (const type of ["online", "pageshow"]) {
    globalThis.addEventListener?.(type, revisit, { signal: closing.signal });
  }

  const client: BaseClient & AccountActions = {
    session: {
      get: holder.get,
      getInitial: () => first,
      subscribe(listener) {
        const stop = holder.listen(listener);
        if (holder.get().status === "unknown") loadIfHeard();
        return stop;
      },
      async reload() {
        // What another tab has told meanwhile makes the answer one of before.
        do await load();
        while (holder.get().status === "unknown" && holder.get().error === null);
        return holder.get();
      },
    },
    sessions: {
      list: async () => (await ask<SessionListBody>("GET", "/sessions")).sessions,
      async revoke(id) {
        await ask("DELETE", `/sessions/${encodeURIComponent(id)}`);
        if (id === holder.get().session?.id) await end();
      },
      revokeOthers: async () => (await ask<RevokedOthersBody>("DELETE", "/sessions")).revoked,
    },
    register: enter("/register"),
    signIn: enter("/sign-in"),
    signOut: () =>
      oneByOne(async () => {
        await answerTo(transport.send(transport.route("POST", "/sign-out")));
        await end();
      }),
    async changePassword(input) {
      const body = await ask<PasswordChangedBody | null>("POST", "/password", input);
      // With access tokens it is another session, whose tokens a renewal for the old one must not overwrite.
      holder.nextTurn();
      if (body !== null) await write(body.tokens);
      await load();
    },
    fetch: guarded.fetch,
    close() {
      holder.nextTurn();
      clearTimeout(timer);
      tabs.close();
      closing.abort();
    },
  };
  return client;
}

function stateOf(known: CurrentSessionBody | null | undefined): SessionState {
  if (known === undefined) return unknown();
  if (known === null) return signedOut();
  return signedIn(known);
}

/** @throws TypeError */
function originOf(baseUrl = ""): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new TypeError("baseUrl must be an origin such as 'https://app.example.com'");
  }
  return url;
}

/** On a server one process speaks for many users: their clients must not hear each other. */
function pageChannel(name: string): TabChannel | null {
  return globalThis.document === undefined ? null : new BroadcastChannel(name);
}
