import { randomUUID } from "node:crypto";
import type { Bank } from "./bank.ts";
import { formatCents, parseCents } from "./money.ts";

/** The form as it was typed. */
export interface TransferForm {
  /** Made with the form, so that sending it twice is one transfer. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly amount: string;
  readonly reference: string;
}

export type FormErrors = Partial<Record<keyof TransferForm, string>>;

/** What the form asks for, once it makes sense. */
export interface CheckedTransfer {
  readonly from: string;
  readonly to: string;
  readonly holder: string;
  readonly cents: number;
  readonly reference: string;
}

export function emptyForm(): TransferForm {
  return { key: randomUUID(), from: "", to: "", amount: "", reference: "" };
}

/** The fields of a body, or of what was kept of one; whatever is no text is nothing. */
export function formOf(body: unknown): TransferForm {
  const fields = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: keyof TransferForm, most: number): string => {
    const value = fields[name];
    return typeof value === "string" ? value.trim().slice(0, most) : "";
  };
  return {
    key: text("key", 36) || randomUUID(),
    from: text("from", 20),
    to: text("to", 20),
    amount: text("amount", 20),
    reference: text("reference", 80),
  };
}

/** Tells a customer what is wrong, before they are asked for a password. The bank itself judges again when it moves the money. */
export function checkForm(
  bank: Bank,
  userId: string,
  form: TransferForm,
): { readonly order: CheckedTransfer | null; readonly errors: FormErrors } {
  const { key, from, to, reference } = form;
  const errors: { -readonly [Name in keyof TransferForm]?: string } = {};
  const account = bank.accountsOf(userId).find(({ number }) => number === from);
  const holder = bank.holderOf(to);
  const cents = parseCents(form.amount);

  if (account === undefined) errors.from = "Choose one of your accounts.";
  if (to === "") errors.to = "Enter the number of the account that gets the money.";
  else if (holder === null) errors.to = "There is no account with this number.";
  else if (to === from) errors.to = "This is the account that the money comes from.";
  if (cents === null) errors.amount = "Enter an amount such as 120 or 120.50.";
  else if (cents === 0) errors.amount = "Enter more than nothing.";
  // What was sent already has left the balance: then the answer is the receipt.
  else if (account !== undefined && cents > account.cents && !bank.wasSent(userId, key)) {
    errors.amount = `There is ${formatCents(account.cents)} in this account.`;
  }
  if (reference === "") errors.reference = "Say what it is for.";

  if (Object.keys(errors).length > 0 || holder === null || cents === null) {
    return { order: null, errors };
  }
  return { order: { from, to, holder, cents, reference }, errors };
}
