import type { Account, Recipient, Transaction } from "./bank.ts";
import { html, type Html } from "./html.ts";
import {
  bankName,
  dateOf,
  field,
  layout,
  momentOf,
  notice,
  problem,
  type Viewer,
} from "./layout.ts";
import { formatCents } from "./money.ts";
import type { SignIn } from "./sign-ins.ts";
import type { TransferForm } from "./transfer-form.ts";

export function signInPage(model: {
  readonly email: string;
  readonly next: string;
  /** Why the reader is here again, or that they have signed out. */
  readonly notice: string | Html | null;
  readonly problem: string | null;
  /** Whether a session has just ended here. */
  readonly isOver?: boolean;
}): string {
  const { isOver = false } = model;
  const content = html`<section class="card narrow">
    <h1>Sign in</h1>
    ${notice(model.notice)} ${problem(model.problem)}
    <form method="post" action="/sign-in">
      <input type="hidden" name="next" value="${model.next}" />
      ${field({
        name: "email",
        label: "Email address",
        type: "email",
        autocomplete: "username",
        value: model.email,
      })}
      ${field({
        name: "password",
        label: "Password",
        type: "password",
        autocomplete: "current-password",
      })}
      <button class="primary">Sign in</button>
    </form>
    <p class="hint">We never ask for your password by mail or by telephone.</p>
  </section>`;
  return layout({ title: "Sign in", viewer: null, isOver, content });
}

/** Why a session that was ended by somebody was ended. */
export function whyEnded({ ended }: SignIn): Html {
  if (ended === null) {
    return html`You were signed out, because nothing happened here for 15 minutes. (After 12 hours
    we ask you to sign in again in any case.)`;
  }
  if (ended.why === "replaced") {
    return html`You were signed out here, because somebody signed in as you on another device:
      <b>${ended.by}</b>, ${momentOf(ended.at)}. Only one device at a time can be signed in. If that
      was you, all is well. If not, sign in here, which signs the other one out, and call us.`;
  }
  return html`This device was signed out from another one: <b>${ended.by}</b>,
    ${momentOf(ended.at)}.`;
}

export function accountsPage(model: {
  readonly viewer: Viewer;
  readonly accounts: readonly Account[];
  readonly transactions: readonly Transaction[];
}): string {
  const total = model.accounts.reduce((sum, { cents }) => sum + cents, 0);
  const content = html`<div class="title">
      <h1>Your accounts</h1>
      <p class="total"><span>In all</span> <b class="amount">${formatCents(total)}</b></p>
    </div>
    <ul class="accounts">
      ${model.accounts.map(
        (account) =>
          html`<li class="card">
            <a href="/accounts/${account.number}">${account.name}</a>
            <p class="number">${account.number}</p>
            <p class="amount balance">${formatCents(account.cents)}</p>
          </li>`,
      )}
    </ul>
    <p><a class="button primary" href="/transfer">Make a transfer</a></p>
    <section class="card">
      <h2>Latest transactions</h2>
      ${transactionList(model.transactions.slice(0, 6))}
    </section>`;
  return layout({ title: "Your accounts", viewer: model.viewer, here: "/accounts", content });
}

export function accountPage(model: {
  readonly viewer: Viewer;
  readonly account: Account;
  readonly transactions: readonly Transaction[];
}): string {
  const { name, number, cents } = model.account;
  const content = html`<p class="back"><a href="/accounts">All accounts</a></p>
    <div class="title">
      <div>
        <h1>${name}</h1>
        <p class="number">${number}</p>
      </div>
      <p class="total"><span>Balance</span> <b class="amount">${formatCents(cents)}</b></p>
    </div>
    <section class="card">
      <h2>Transactions</h2>
      ${transactionList(model.transactions)}
    </section>`;
  return layout({ title: name, viewer: model.viewer, here: "/accounts", content });
}

function transactionList(transactions: readonly Transaction[]): Html {
  if (transactions.length === 0) return html`<p class="hint">Nothing yet.</p>`;
  return html`<ul class="transactions">
    ${transactions.map(
      ({ at, otherHolder, other, reference, cents }) =>
        html`<li>
          <p class="who"><b>${otherHolder}</b><span class="number">${other}</span></p>
          <p class="what">${dateOf(at)}${reference !== "" && html` · ${reference}`}</p>
          <p class="amount${cents > 0 && " in"}">
            ${cents > 0 ? "+" : "−"}${formatCents(Math.abs(cents))}
          </p>
        </li>`,
    )}
  </ul>`;
}

export interface TransferPage {
  readonly viewer: Viewer;
  readonly accounts: readonly Account[];
  /** Offered while the number is typed. */
  readonly recipients: readonly Recipient[];
  readonly form: TransferForm;
  readonly errors: Partial<Record<keyof TransferForm, string>>;
  readonly problem: string | null;
  readonly notice: string | null;
  /** Whether the form is one that waited while the password was asked for. */
  readonly waited: boolean;
}

export function transferPage(model: TransferPage): string {
  const { form, errors } = model;
  const content = html`<h1>Make a transfer</h1>
    <section class="card form">
      ${notice(model.notice)} ${problem(model.problem)}
      <form method="post" action="/transfer" novalidate>
        <input type="hidden" name="key" value="${form.key}" />
        <div class="field">
          <label for="from">From</label>
          <select
            id="from"
            name="from"
            ${errors.from !== undefined && html`aria-invalid="true" aria-describedby="from-error"`}
          >
            ${model.accounts.map(
              ({ number, name, cents }) =>
                html`<option value="${number}" ${number === form.from && html`selected`}>
                  ${name}, ${formatCents(cents)}
                </option>`,
            )}
          </select>
          ${errors.from !== undefined && html`<p class="error" id="from-error">${errors.from}</p>`}
        </div>
        ${field({
          name: "to",
          label: "To account number",
          type: "text",
          autocomplete: "off",
          value: form.to,
          hint: "Six digits, such as 10-20-30.",
          error: errors.to,
          more: html`inputmode="numeric" list="recipients"`,
        })}
        <datalist id="recipients">
          ${model.recipients.map(
            ({ number, holder }) => html`<option value="${number}">${holder}</option>`,
          )}
        </datalist>
        ${field({
          name: "amount",
          label: "Amount in euro",
          type: "text",
          autocomplete: "off",
          value: form.amount,
          error: errors.amount,
          more: html`inputmode="decimal"`,
        })}
        ${field({
          name: "reference",
          label: "Reference",
          type: "text",
          autocomplete: "off",
          value: form.reference,
          hint: "What the recipient reads.",
          error: errors.reference,
          more: html`maxlength="80"`,
        })}
        <button class="primary">Send</button>
      </form>
      ${
        model.waited &&
        html`<form method="post" action="/transfer/clear">
          <button class="quiet">Do not send this</button>
        </form>`
      }
    </section>`;
  return layout({ title: "Make a transfer", viewer: model.viewer, here: "/transfer", content });
}

/** The challenge of RFC 9470 as a person reads it. */
export function confirmPage(model: {
  readonly viewer: Viewer;
  readonly cents: number;
  readonly holder: string;
  readonly email: string;
  readonly problem: string | null;
}): string {
  const content = html`<section class="card narrow">
    <h1>Is it you?</h1>
    <p>
      You are about to send <b class="amount">${formatCents(model.cents)}</b> to
      <b>${model.holder}</b>. Before money leaves, we ask for your password, unless you gave it in
      the last five minutes. Your transfer waits meanwhile.
    </p>
    ${problem(model.problem)}
    <form method="post" action="/confirm">
      <input type="text" autocomplete="username" value="${model.email}" readonly hidden />
      ${field({
        name: "password",
        label: "Password",
        type: "password",
        autocomplete: "current-password",
        more: html`autofocus`,
      })}
      <button class="primary">Go on</button>
    </form>
    <p><a href="/transfer">Back to the transfer</a></p>
  </section>`;
  return layout({ title: "Is it you?", viewer: model.viewer, here: "/transfer", content });
}

export function receiptPage(model: {
  readonly viewer: Viewer;
  readonly done: Transaction;
}): string {
  const { done } = model;
  const content = html`<section class="card narrow receipt">
    <h1><span aria-hidden="true">✓</span> Sent</h1>
    <p class="amount">${formatCents(-done.cents)}</p>
    <dl>
      <div>
        <dt>To</dt>
        <dd>${done.otherHolder} <span class="number">${done.other}</span></dd>
      </div>
      <div>
        <dt>From</dt>
        <dd><span class="number">${done.account}</span></dd>
      </div>
      <div>
        <dt>Reference</dt>
        <dd>${done.reference}</dd>
      </div>
      <div>
        <dt>When</dt>
        <dd>${momentOf(done.at)}</dd>
      </div>
    </dl>
    <p><a class="button" href="/accounts">To your accounts</a></p>
  </section>`;
  return layout({ title: "Sent", viewer: model.viewer, here: "/transfer", content });
}

/** Any page of few words: not found, an outage, a page that has hidden itself. */
export function messagePage(model: {
  readonly viewer: Viewer | null;
  readonly title: string;
  readonly text: string;
  readonly link: readonly [path: string, label: string];
}): string {
  const [path, label] = model.link;
  const content = html`<section class="card narrow">
    <h1>${model.title}</h1>
    <p>${model.text}</p>
    <p><a class="button primary" href="${path}">${label}</a></p>
  </section>`;
  return layout({ title: model.title, viewer: model.viewer, content });
}

export const timedOutPage: string = messagePage({
  viewer: null,
  title: "Your accounts are hidden",
  text: `Nothing happened for 15 minutes, so ${bankName} has put them away.`,
  link: ["/accounts", "Back to your accounts"],
});
