/**
 * One process of an application: an engine of its own, which checks sessions all the time, and signs in and revokes when
 * it is told to. It is started by `CustomerProcess`, and writes down everything that it asked for and was answered.
 */
import { setTimeout as pause } from "node:timers/promises";
import { AuthError, createAuth, type Auth, type RevokeAllTarget } from "symbolon";
import { CookieJar } from "../../../src/http/cookie-jar.ts";
import { systemClock, type Clock } from "../../../src/util/clock.ts";
import { customerStore } from "./customer-store.ts";
import { HistoryWriter, type Target } from "./history.ts";
import { began, ended } from "./machine-clock.ts";
import type { Credential, CustomerSettings, Order, Report } from "./orders.ts";

/** Each watched session is checked so often. */
const checkEveryMs = 200;
/** And by so many calls at once, when they do not answer: an application goes on serving requests. */
const mostChecksAtOnce = 3;
const turnMs = 20;
/** Silence that is longer than this is written down. */
const lateMs = 120;
const mostSignInsAtOnce = 6;
/** After so long a process that was started should serve everybody, where nothing else hinders it. */
const startMs = 1_000;

interface Watched extends Credential {
  readonly until: number;
  nextAt: number;
  waiting: number;
}

type SignInOrder = Extract<Order, { order: "sign in" }>;

const settings = JSON.parse(process.argv[2] ?? "") as CustomerSettings;
const history = new HistoryWriter(settings.history);
const auth = createAuth({
  secret: "the fault tests' own secret, at least 32 bytes long",
  store: customerStore(settings),
  revocation: { lease: settings.leaseMs, longestStaleFor: 1_000 },
  production: false,
  clock: slowed(systemClock, settings.clockSlowedBy),
});
const watched = new Map<string, Watched>();
const signIns: SignInOrder[] = [];
let signingIn = 0;

auth.on("revocation.reset", ({ why }) => note("revocation.reset", why));
auth.on("store.failed", ({ method, error }) => note("store.failed", `${method}: ${String(error)}`));
auth.on("warning", ({ code, message }) => note(`warning ${code}`, message));
auth.on("error", ({ error }) => note("error", String(error)));

process.on("message", (order: Order) => void follow(order));
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));
const startedAt = began();
keepWatch();
void noteStart();
report({ report: "ready" });

/** While a client connects, a process that has just been started cannot serve anybody: it has stood still until then. */
async function noteStart(): Promise<void> {
  const until = startedAt + startMs * 1_000;
  for (let isReady = false; !isReady && ended() < until;) {
    isReady = await auth.ready().then(
      () => true,
      () => pause(turnMs, false),
    );
  }
  history.write({ is: "stood-still", start: startedAt, end: Math.min(ended(), until) });
}

async function follow(order: Order): Promise<void> {
  switch (order.order) {
    case "sign in":
      signIns.push(order);
      return signInNext();
    case "watch":
      for (const credential of order.credentials) watch(credential, order.forMs);
      return;
    case "look":
      for (const credential of order.credentials) {
        await check(auth, credential);
        await check(auth, credential);
      }
      return report({ report: "looked", number: order.number });
    case "revoke":
      return revoke(order.number, order.target, order.propagated);
    case "leave":
      // A store that is gone must not keep the process.
      await auth.close().catch((error: unknown) => note("close failed", String(error)));
      process.exit(0);
  }
}

function watch(credential: Credential, forMs: number): void {
  const now = performance.now();
  watched.set(credential.session, {
    ...credential,
    until: now + forMs,
    nextAt: now + Math.random() * checkEveryMs,
    waiting: 0,
  });
}

function keepWatch(): void {
  let lastTurn = began();
  setInterval(() => {
    const turn = began();
    if (turn - lastTurn > lateMs * 1_000) {
      history.write({ is: "stood-still", start: lastTurn, end: ended() });
    }
    lastTurn = turn;
    const now = performance.now();
    for (const each of watched.values()) {
      if (each.nextAt > now || each.waiting >= mostChecksAtOnce) continue;
      each.nextAt = now + checkEveryMs;
      each.waiting += 1;
      void check(auth, each).finally(() => (each.waiting -= 1));
      // Only now: after it stood still, every session is checked once more.
      if (now > each.until) watched.delete(each.session);
    }
  }, turnMs);
}

async function check(auth: Auth, { session, token }: Credential): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const start = began();
  const { status, error } = await auth.open({ method: "GET", headers }, new CookieJar());
  const end = ended();
  if (status === "authenticated") {
    history.write({ is: "check", start, end, session, outcome: "accepted" });
  } else {
    const outcome = status === "unavailable" ? "unavailable" : "refused";
    history.write({ is: "check", start, end, session, outcome, code: error?.code ?? status });
  }
}

async function signInNext(): Promise<void> {
  if (signingIn >= mostSignInsAtOnce) return;
  const order = signIns.shift();
  if (order === undefined) return;
  signingIn += 1;
  await signIn(order);
  signingIn -= 1;
  return signInNext();
}

async function signIn({ number, user, tenant }: SignInOrder): Promise<void> {
  const start = began();
  try {
    const { session, tokens } = await auth.signIn(
      { userId: user, tenantId: tenant, delivery: "body" },
      { method: "POST", headers: {} },
    );
    const { id } = session;
    history.write({ is: "signed-in", start, end: ended(), session: id, user, tenant });
    const token = tokens?.sessionToken ?? "";
    report({ report: "sign-in answered", number, credential: { session: id, token } });
  } catch (error) {
    const code = codeOf(error);
    history.write({ is: "not-signed-in", start, end: ended(), user, tenant, code });
    report({ report: "sign-in answered", number, credential: null });
  }
}

async function revoke(number: number, target: Target, propagated: boolean): Promise<void> {
  history.write({ is: "revoking", start: began(), revocation: number, target, propagated });
  try {
    const { seq, propagation } =
      "session" in target
        ? await auth.sessions.revoke(target.session, { propagated })
        : await auth.sessions.revokeAll(targetOf(target), { propagated });
    history.write({
      is: "revoked",
      end: ended(),
      revocation: number,
      answer: seq === null ? "absent" : "revoked",
      ...(propagation !== undefined && { propagation }),
    });
    report({ report: "revocation answered", number, done: true });
  } catch (error) {
    history.write({ is: "not-revoked", end: ended(), revocation: number, code: codeOf(error) });
    report({ report: "revocation answered", number, done: false });
  }
}

function targetOf(target: Exclude<Target, { session: string }>): RevokeAllTarget {
  if ("tenant" in target) return { tenantId: target.tenant };
  return { userId: target.user, ...(target.except !== undefined && { except: target.except }) };
}

/** What is no answer of the engine's is a defect, and ends the process. */
function codeOf(error: unknown): string {
  if (error instanceof AuthError) return error.code;
  // The session in `except` has ended before: nothing was done.
  if (error instanceof RangeError) return "except_ended";
  throw error;
}

function note(name: string, about: string): void {
  history.write({ is: "event", end: ended(), name, about });
}

function report(report: Report): void {
  process.send?.(report);
}

function slowed(clock: Clock, times: number): Clock {
  if (times === 1) return clock;
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  return {
    ...clock,
    now: () => wall + (clock.now() - wall) / times,
    monotonic: () => monotonic + (clock.monotonic() - monotonic) / times,
  };
}
