import { mkdirSync } from "node:fs";
import express, { type ErrorRequestHandler, type RequestHandler } from "express";
import {
  AuthError,
  createAuth,
  createGuard,
  presets,
  type Clock,
  type PasswordHasher,
  type Store,
} from "symbolon";
import { expressAuth } from "symbolon/express";
import { sqliteStore } from "symbolon/stores/sqlite";
import { Bank } from "./bank.ts";
import { bankName } from "./layout.ts";
import { accountPage, accountsPage, messagePage, timedOutPage } from "./pages.ts";
import { customerOf, secondsUntil, viewerOf, type Banking } from "./request.ts";
import { addSecurityRoutes } from "./security-routes.ts";
import { addSignInRoutes } from "./sign-in-routes.ts";
import { SignIns } from "./sign-ins.ts";
import { addTransferRoutes } from "./transfer-routes.ts";

export interface BankingOptions {
  readonly secret: string;
  /** A folder for the two databases; left out, everything is forgotten at the end. */
  readonly folder?: string | undefined;
  /** Where customers reach it; left out, each request says it. */
  readonly baseUrl?: string | undefined;
  /** Allows a customer several devices at a time. */
  readonly severalSessions?: boolean;
  /** For tests: in the place of the database of sessions. */
  readonly store?: Store;
  /** For tests. */
  readonly clock?: Clock;
  /** For tests. */
  readonly hasher?: PasswordHasher;
}

const memory = ":memory:";

/** The application; it does not listen yet. */
export function createBanking(options: BankingOptions): Banking {
  const { secret, folder, baseUrl, clock, hasher, severalSessions = false } = options;
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const auth = createAuth({
    ...presets.banking,
    secret,
    store: options.store ?? sqliteStore(folder === undefined ? memory : `${folder}/sessions.db`),
    accounts: { password: { minLength: 12, appName: bankName, ...(hasher && { hasher }) } },
    ...(baseUrl !== undefined && { baseUrl }),
    ...(clock && { clock }),
  });
  const bank = new Bank(folder === undefined ? memory : `${folder}/bank.db`);
  const app = express();
  const https = baseUrl?.startsWith("https:") ?? false;
  const banking = { app, auth, bank, signIns: new SignIns(), severalSessions, https };

  app.disable("x-powered-by");
  app.use(pageHeaders);
  // What comes before `expressAuth` is asked without a look at the session, so none of it counts as use.
  app.use("/public", express.static(new URL("public", import.meta.url).pathname));
  app.get("/timed-out", (_req, res) => void res.send(timedOutPage));
  // Nobody registers at a bank by themselves, and every sign-in goes through our own route, which ends the others.
  app.use("/auth", (_req, res) => void res.status(404).send(notFoundPage));
  app.use(expressAuth(auth));
  app.use(express.urlencoded({ extended: false, limit: "10kb" }));

  addSignInRoutes(banking);
  app.use(customersOnly());
  addAccountRoutes(banking);
  addTransferRoutes(banking);
  addSecurityRoutes(banking);
  app.use((_req, res) => void res.status(404).send(notFoundPage));
  app.use(errorPage);
  return banking;
}

function addAccountRoutes({ app, bank }: Banking): void {
  app.get("/", (_req, res) => res.redirect(303, "/accounts"));

  app.get("/accounts", (req, res) => {
    const { userId } = customerOf(req);
    const [accounts, transactions] = [bank.accountsOf(userId), bank.transactionsOf(userId)];
    res.send(accountsPage({ viewer: viewerOf(req), accounts, transactions }));
  });

  app.get("/accounts/:number", (req, res) => {
    const { userId } = customerOf(req);
    const account = bank.accountsOf(userId).find(({ number }) => number === req.params.number);
    // The same answer for somebody else's account and for none: its number tells nothing.
    if (account === undefined) return void res.status(404).send(notFoundPage);
    const transactions = bank.transactionsOf(userId, account.number);
    res.send(accountPage({ viewer: viewerOf(req), account, transactions }));
  });

  // The countdown's button. Somebody pressed it: only that may prolong a session, never the countdown itself.
  app.post("/stay", async (req, res) => {
    const { session } = await req.auth.refresh();
    res.json({ secondsLeft: session === null ? 0 : secondsUntil(session.expiresAt, req.auth.now) });
  });
}

/** Lets customers pass; everybody else is sent to the sign-in page, which says why. */
function customersOnly(): RequestHandler {
  const guard = createGuard();
  return (req, res, next) => {
    const refusal = guard(req.auth);
    if (refusal === null) return next();
    // An outage is not "signed out": that is for the error page.
    if (refusal.status !== 401) return next(refusal);
    const back = req.method === "GET" ? `?next=${encodeURIComponent(req.path)}` : "";
    res.redirect(303, `/sign-in${back}`);
  };
}

/** Pages load our own style sheet, script and picture, post to us, and can do nothing else. */
const pageHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    "content-security-policy":
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    // Otherwise the back button shows the accounts of whoever has just signed out.
    "cache-control": "no-store",
  });
  next();
};

const notFoundPage = messagePage({
  viewer: null,
  title: "There is nothing here",
  text: "The page that you asked for does not exist, or is not yours.",
  link: ["/accounts", "Go to your accounts"],
});

const errorPage: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error);
  const known = error instanceof AuthError;
  const isOutage = known && error.status === 503;
  if (known) res.set(error.headers);
  // A body that could not be read has a status of its own.
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  if (status >= 500 && !isOutage) console.error(error);
  const page = messagePage({
    viewer: null,
    title: isOutage ? "We cannot answer right now" : "That did not work",
    text: isOutage
      ? "You are not signed out, and nothing was done. Please try again in a minute."
      : known
        ? error.message
        : "Something went wrong here. Please try again.",
    link: ["/accounts", "Go to your accounts"],
  });
  res.status(status).send(page);
};
