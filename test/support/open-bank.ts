import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { FakeClock } from "symbolon/testing";
import { createBanking, type BankingOptions } from "../../examples/banking/banking.ts";
import { openAccounts, type Customer } from "../../examples/banking/demo.ts";
import type { Banking } from "../../examples/banking/request.ts";
import { instantHasher, testSecret } from "./auth.ts";
import { Client, type Answer } from "./client.ts";
import { listen } from "./listen.ts";

/** The bank of `examples/banking`, open at `base`. */
export interface OpenBank extends Banking {
  readonly base: string;
  readonly clock: FakeClock;
}

/** Opens the bank with its two customers until the test ends, on a clock that stands still. */
export async function openBank(
  t: Pick<TestContext, "after">,
  more: Pick<BankingOptions, "severalSessions" | "store"> = {},
): Promise<OpenBank> {
  const clock = new FakeClock();
  const banking = createBanking({ secret: testSecret, clock, hasher: instantHasher, ...more });
  banking.auth.on("warning", () => undefined);
  await openAccounts(banking, clock.now());
  const base = await listen(t, banking.app);
  t.after(async () => {
    await banking.auth.close();
    banking.bank.close();
  });
  return { ...banking, base, clock };
}

/** What a customer's account holds: cents. */
export async function balance(
  { auth, bank }: Banking,
  { email }: Customer,
  number: string,
): Promise<number | undefined> {
  const user = await auth.users.findByEmail(email);
  return bank.accountsOf(user?.id ?? "").find((account) => account.number === number)?.cents;
}

/** Sends a form, as a browser does. */
export function submit(
  client: Client,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams(fields).toString();
  return client.post(path, body, { headers: { ...type, ...headers } });
}

/** Signs in with a browser of its own. */
export async function signIn(
  base: string,
  { email, password }: { readonly email: string; readonly password: string },
  userAgent = "",
): Promise<Client> {
  const client = new Client(base, { "user-agent": userAgent });
  const answer = await submit(client, "/sign-in", { email, password });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/accounts"]);
  return client;
}

/** What a page's reader is told. */
export function noticeOf({ text }: Answer): string {
  const notice = /<div class="notice[^>]*><p>([^]*?)<\/p>/.exec(text)?.[1] ?? "";
  return notice.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ");
}

export const statuses = (answers: readonly Answer[]): number[] =>
  answers.map(({ status }) => status);
