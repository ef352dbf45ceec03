import type { RevocationReason } from "./revocation/revocation-store.ts";

/** What can be listened to with `auth.on`. No event holds a secret. */
export interface AuthEvents {
  "session.started": {
    readonly sessionId: string;
    /** Null for a guest. */
    readonly userId: string | null;
    readonly tenantId: string | null;
    readonly methods: readonly string[];
    readonly userAgent: string | null;
    readonly address: string | null;
  };
  "sessions.ended": {
    readonly scope: "session" | "user" | "tenant" | "all";
    /** The id of the session, user or tenant; null for all. */
    readonly id: string | null;
    readonly count: number;
    readonly reason: RevocationReason;
  };
  /** A refresh token was used that only a second holder of a copy can still have: the session was ended. */
  "refresh_token.reused": { readonly sessionId: string; readonly address: string | null };
  /**
   * The lineage of a session's refresh tokens was mended: a client had kept a sibling of the current token (`takeover`), or
   * the store had lost what came after it (`recovered`).
   */
  "refresh_token.mended": {
    readonly sessionId: string;
    readonly how: "takeover" | "recovered";
    readonly address: string | null;
  };
  "user.registered": { readonly userId: string; readonly address: string | null };
  "password.changed": { readonly userId: string };
  "sign_in.failed": {
    readonly reason: "invalid_credentials" | "too_many_requests";
    readonly address: string | null;
  };
  /** A request that looks like an attack, or like a mistake in the deployment. */
  "request.refused": {
    readonly code: "cross_site_request" | "duplicate_cookie";
    readonly method: string;
    readonly origin: string | null;
    readonly address: string | null;
  };
  /** A sync of the revocation log succeeded; `lagMs` is how old what it told was when it came. */
  "revocation.lag": {
    readonly partition: number;
    readonly lagMs: number;
    readonly entries: number;
  };
  /** A sync failed; when none succeeds for the lease, requests with a credential are answered 503. */
  "revocation.sync_failed": { readonly partition: number; readonly error: unknown };
  /**
   * Everything remembered of sessions was dropped: the log lost entries (which were written back), was pruned past what
   * this process had read, or this process stood still for longer than the lease.
   */
  "revocation.reset": {
    readonly partition: number;
    readonly why: "log_lost" | "log_pruned" | "frozen";
  };
  /**
   * A call of the store failed, and was answered 503; said at most once a second. `error` is what the store threw: it may be
   * an outage, or a defect of the store.
   */
  "store.failed": { readonly method: string; readonly error: unknown };
  /** A defect, ours or the application's, that was answered with 500. Printed as a process warning when nobody listens. */
  error: { readonly error: unknown };
  /** Something that an operator should mend; said once per cause. Printed as a process warning when nobody listens. */
  warning: { readonly code: string; readonly message: string };
}

export type AuthEventName = keyof AuthEvents;
export type AuthEventListener<Name extends AuthEventName> = (event: AuthEvents[Name]) => void;

/** Typed events. Listeners run in order, at once; one that throws is reported and disturbs nobody else. */
export interface EventHub {
  on<Name extends AuthEventName>(name: Name, listener: AuthEventListener<Name>): () => void;
  emit<Name extends AuthEventName>(name: Name, event: AuthEvents[Name]): void;
  /** Emits a warning, the first time that this `code` is given. */
  warnOnce(code: string, message: string): void;
}

/** Makes an empty hub. */
export function createEventHub(): EventHub {
  const listeners = new Map<AuthEventName, Set<(event: never) => void>>();
  const warned = new Set<string>();

  function emit<Name extends AuthEventName>(name: Name, event: AuthEvents[Name]): void {
    const heard = listeners.get(name);
    if (heard === undefined || heard.size === 0) {
      if (name === "warning") printWarning(event as AuthEvents["warning"]);
      if (name === "error") printError((event as AuthEvents["error"]).error, "A request failed.");
      if (name === "store.failed") {
        const { method, error } = event as AuthEvents["store.failed"];
        printError(error, `The store failed: ${method}.`);
      }
      return;
    }
    for (const listener of heard) {
      try {
        (listener as AuthEventListener<Name>)(event);
      } catch (error) {
        printError(error, `A listener of "${name}" threw.`);
      }
    }
  }

  return {
    emit,
    on(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => void heard.delete(listener);
    },
    warnOnce(code, message) {
      if (warned.has(code)) return;
      warned.add(code);
      emit("warning", { code, message });
    },
  };
}

function printWarning({ code, message }: AuthEvents["warning"]): void {
  print(message, { type: "SymbolonWarning", code });
}

function printError(error: unknown, detail: string): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  print(message, { type: "SymbolonError", detail });
}

/** As Node prints its warnings; in workers, whose `process` may be a part of Node's, on the console. */
function print(message: string, about: NodeJS.EmitWarningOptions): void {
  if ("emitWarning" in process) process.emitWarning(message, about);
  // oxlint-disable-next-line no-console -- nobody listens, and nothing else is there
  else console.warn(`${about.type}: ${message}`, about.code ?? about.detail);
}
