/** Sample models for looking at the pages: the ordinary, the long, the empty and the hostile. */
import { routeLinesOf } from "../src/server/route-lines.ts";
import type { AccountModel } from "../src/server/pages/account.ts";
import { accountPage } from "../src/server/pages/account.ts";
import { noProblems } from "../src/server/pages/form.ts";
import { homePage } from "../src/server/pages/home.ts";
import type { Html } from "../src/server/pages/html.ts";
import { problemPage } from "../src/server/pages/problem.ts";
import { registerPage } from "../src/server/pages/register.ts";
import type { SessionLine } from "../src/server/pages/session-list.ts";
import { signInPage } from "../src/server/pages/sign-in.ts";

const now = Date.UTC(2026, 2, 20, 12, 0, 0);
const minute = 60_000;
const day = 24 * 60 * minute;

const ada = { name: "Ada Lovelace", email: "ada@example.com", createdAt: now - 380 * day };
const longEmail = `${"a".repeat(64)}@${"sub-domain.".repeat(11)}example.com`;
const longName = "Wolfeschlegelsteinhausenbergerdorff ".repeat(3).trim();

const userAgents: readonly (string | null)[] = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36",
  "curl/8.11.0",
  null,
  "<script>alert(1)</script>",
];

function sessions(count: number): SessionLine[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `session-${index}`,
    current: index === 0,
    createdAt: now - (index * 9 + 2) * day,
    lastSeenAt: now - Math.round(index ** 3.2 * 7 * minute),
    userAgent: userAgents[index % userAgents.length] ?? null,
  }));
}

const account: AccountModel = {
  user: ada,
  sessions: sessions(4),
  now,
  passwordForm: noProblems,
  notice: null,
};
const signIn = { ...noProblems, values: { email: "", remember: false, next: "" }, notice: null };
const register = { ...noProblems, values: { name: "", email: "", next: "" }, notice: null };
const home = {
  viewer: null,
  baseUrl: "http://localhost:3000",
  routes: routeLinesOf("session"),
  notice: null,
};
const problem = { detail: null, retryAfterSeconds: null, viewer: null };

/** Every page by its path in the preview. */
export const previews: Readonly<Record<string, () => Html>> = {
  "/home": () => homePage(home),
  "/home-signed-in": () => homePage({ ...home, viewer: ada }),
  "/home-long": () => homePage({ ...home, viewer: { name: longName, email: longEmail } }),
  "/home-unknown": () => homePage({ ...home, viewer: "unknown" }),
  "/sign-in": () => signInPage(signIn),
  "/sign-in-notice": () => signInPage({ ...signIn, notice: "You are signed out." }),
  "/sign-in-jwt": () =>
    signInPage({
      ...signIn,
      values: { ...signIn.values, remember: null },
      notice: "Your sign-in has expired. Sign in again.",
    }),
  "/sign-in-problem": () =>
    signInPage({
      ...signIn,
      values: { email: longEmail, remember: true, next: "/account?x=1" },
      problem: "The email address or the password is not right.",
    }),
  "/register": () => registerPage(register),
  "/register-errors": () =>
    registerPage({
      values: { name: "<script>alert(1)</script>", email: "ada@example", next: "" },
      notice: null,
      problem: null,
      errors: [
        { field: "password", detail: "This password is on the list of common ones." },
        { field: "email", detail: "This does not look like an email address." },
        { field: "other", detail: "The form was open for too long." },
      ],
    }),
  "/account": () => accountPage(account),
  "/account-notice": () =>
    accountPage({
      ...account,
      sessions: sessions(1),
      notice: "Your password was changed. All other devices were signed out.",
    }),
  "/account-jwt": () => accountPage({ ...account, sessions: null }),
  "/account-long": () =>
    accountPage({
      ...account,
      user: { ...ada, name: longName, email: longEmail },
      sessions: sessions(48),
    }),
  "/account-rtl": () =>
    accountPage({
      ...account,
      user: { ...ada, name: "ليلى أحمد الفارسي (Layla)", email: "layla@example.com" },
      sessions: sessions(2),
    }),
  "/account-hostile": () =>
    accountPage({
      ...account,
      user: {
        ...ada,
        name: `<script>alert(1)</script>"><img src=x onerror=alert(1)>`,
        email: `"><b>x@example.com`,
      },
    }),
  "/account-errors": () =>
    accountPage({
      ...account,
      user: { ...ada, name: null },
      passwordForm: {
        problem: null,
        errors: [
          { field: "currentPassword", detail: "This is not your current password." },
          { field: "newPassword", detail: "Use at least 8 characters." },
        ],
      },
    }),
  "/403": () =>
    problemPage({
      ...problem,
      status: 403,
      title: "The request came from another site and was refused.",
    }),
  "/404": () =>
    problemPage({ ...problem, status: 404, title: "There is nothing here.", viewer: ada }),
  "/429": () =>
    problemPage({
      ...problem,
      status: 429,
      title: "Too many attempts. Wait a little and try again.",
      retryAfterSeconds: 130,
    }),
  "/500": () => problemPage({ ...problem, status: 500, title: "Something went wrong." }),
  "/503": () =>
    problemPage({
      ...problem,
      status: 503,
      title: "The service cannot answer right now. Try again shortly.",
      retryAfterSeconds: 2,
      viewer: "unknown",
    }),
};
