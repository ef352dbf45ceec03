import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

export interface Account {
  readonly number: string;
  readonly name: string;
  readonly cents: number;
}

/** An account that money can go to. */
export interface Recipient {
  readonly number: string;
  readonly holder: string;
}

/** What a customer asks for. */
export interface TransferOrder {
  /** Null for a business of the demonstration, which signs in nowhere. */
  readonly userId: string | null;
  /** Of the form, made when the form was: however often it is sent, the money goes once. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly cents: number;
  readonly reference: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type TransferVerdict =
  | { readonly outcome: "done"; readonly id: number }
  | { readonly outcome: "not_your_account" | "not_enough" | "no_such_account" | "key_was_used" };

/** One transfer, as the holder of an account sees it: `cents` is negative when the money went away. */
export interface Transaction {
  readonly id: number;
  readonly at: number;
  readonly account: string;
  readonly other: string;
  readonly otherHolder: string;
  readonly cents: number;
  readonly reference: string;
}

/* The last line of defence is the schema: no balance below zero, no form that counts twice. */
const schema = `
  CREATE TABLE IF NOT EXISTS accounts (
    number TEXT PRIMARY KEY,
    user_id TEXT,
    holder TEXT NOT NULL,
    name TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents >= 0)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS transfers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT,
    key TEXT NOT NULL,
    from_number TEXT NOT NULL REFERENCES accounts (number),
    to_number TEXT NOT NULL REFERENCES accounts (number),
    cents INTEGER NOT NULL CHECK (cents > 0),
    reference TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (user_id, key)
  ) STRICT;`;

/** The accounts and what was moved between them. Every question names the user who asks: nobody sees what is not theirs. */
export class Bank {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 5_000 });
    this.#db.exec(schema);
  }

  open(account: Account & { readonly userId: string | null; readonly holder: string }): void {
    this.#db
      .prepare("INSERT INTO accounts (number, user_id, holder, name, cents) VALUES (?, ?, ?, ?, ?)")
      .run(account.number, account.userId, account.holder, account.name, account.cents);
  }

  accountsOf(userId: string): readonly Account[] {
    return this.#db
      .prepare("SELECT number, name, cents FROM accounts WHERE user_id = ? ORDER BY number")
      .all(userId)
      .map((row) => ({
        number: String(row["number"]),
        name: String(row["name"]),
        cents: Number(row["cents"]),
      }));
  }

  /** Whose account a number is, as it is shown before money goes there; null when there is none. */
  holderOf(number: string): string | null {
    const row = this.#db.prepare("SELECT holder FROM accounts WHERE number = ?").get(number);
    return row === undefined ? null : String(row["holder"]);
  }

  /** Newest first; of one account, or of all that are this user's. A transfer between two of them is there twice. */
  transactionsOf(userId: string, number: string | null = null): readonly Transaction[] {
    return this.#db
      .prepare(
        `SELECT t.*, mine.number AS account, other.number AS other, other.holder
         FROM accounts mine
         JOIN transfers t ON mine.number IN (t.from_number, t.to_number)
         JOIN accounts other
           ON other.number = iif(mine.number = t.from_number, t.to_number, t.from_number)
         WHERE mine.user_id = ?1 AND (?2 IS NULL OR mine.number = ?2)
         ORDER BY t.at DESC, t.id DESC LIMIT 100`,
      )
      .all(userId, number)
      .map(toTransaction);
  }

  /** To whom this user has sent money before. */
  recipientsOf(userId: string): readonly Recipient[] {
    return this.#db
      .prepare(
        `SELECT DISTINCT number, holder FROM accounts JOIN transfers ON to_number = number
         WHERE transfers.user_id = ? ORDER BY holder, number`,
      )
      .all(userId)
      .map((row) => ({ number: String(row["number"]), holder: String(row["holder"]) }));
  }

  /** A transfer that this user made; null when there is none, or when it is somebody else's. */
  transferOf(userId: string, id: number): Transaction | null {
    const row = this.#db
      .prepare(
        `SELECT t.*, t.from_number AS account, t.to_number AS other, other.holder
         FROM transfers t JOIN accounts other ON other.number = t.to_number
         WHERE t.user_id = ? AND t.id = ?`,
      )
      .get(userId, id);
    return row === undefined ? null : toTransaction(row);
  }

  /** Whether the user's form with this key has been carried out. */
  wasSent(userId: string, key: string): boolean {
    return this.#sentWith(userId, key) !== undefined;
  }

  /**
   * Moves the money, or does nothing and says why. All in one transaction that no other writer is in, of this process or
   * another: of forms that are sent twice one counts, and of transfers at once no more than the balance covers.
   */
  transfer(order: TransferOrder): TransferVerdict {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const verdict = this.#carryOut(order);
      this.#db.exec(verdict.outcome === "done" ? "COMMIT" : "ROLLBACK");
      return verdict;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #carryOut({ userId, key, from, to, cents, reference, at }: TransferOrder): TransferVerdict {
    const before = this.#sentWith(userId, key);
    if (before !== undefined) {
      const same =
        before["from_number"] === from &&
        before["to_number"] === to &&
        before["cents"] === cents &&
        before["reference"] === reference;
      return same ? { outcome: "done", id: Number(before["id"]) } : { outcome: "key_was_used" };
    }
    const own = this.#db
      .prepare("SELECT 1 FROM accounts WHERE number = ? AND user_id IS ?")
      .get(from, userId);
    if (own === undefined) return { outcome: "not_your_account" };
    const taken = this.#db
      .prepare("UPDATE accounts SET cents = cents - ?1 WHERE number = ?2 AND cents >= ?1")
      .run(cents, from);
    if (taken.changes === 0) return { outcome: "not_enough" };
    const given = this.#db
      .prepare("UPDATE accounts SET cents = cents + ? WHERE number = ?")
      .run(cents, to);
    if (given.changes === 0) return { outcome: "no_such_account" };
    const { lastInsertRowid } = this.#db
      .prepare(
        `INSERT INTO transfers (user_id, key, from_number, to_number, cents, reference, at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(userId, key, from, to, cents, reference, at);
    return { outcome: "done", id: Number(lastInsertRowid) };
  }

  #sentWith(userId: string | null, key: string): Record<string, SQLOutputValue> | undefined {
    return this.#db
      .prepare("SELECT * FROM transfers WHERE user_id = ? AND key = ?")
      .get(userId, key);
  }

  close(): void {
    this.#db.close();
  }
}

function toTransaction(row: Record<string, SQLOutputValue>): Transaction {
  const cents = Number(row["cents"]);
  return {
    id: Number(row["id"]),
    at: Number(row["at"]),
    account: String(row["account"]),
    other: String(row["other"]),
    otherHolder: String(row["holder"]),
    cents: row["account"] === row["from_number"] ? -cents : cents,
    reference: String(row["reference"]),
  };
}
