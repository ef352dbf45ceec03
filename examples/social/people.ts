import type { DatabaseSync, StatementSync } from "node:sqlite";

/** What somebody may do here. Most have no row: they are members. */
export type Standing = "member" | "moderator" | "banned";

/** Who may do what: the application's own knowledge, beside what Symbolon knows of its users. */
export class People {
  readonly #find: StatementSync;
  readonly #set: StatementSync;

  constructor(database: DatabaseSync) {
    database.exec("CREATE TABLE IF NOT EXISTS standings (user_id TEXT PRIMARY KEY, standing TEXT)");
    this.#find = database.prepare("SELECT standing FROM standings WHERE user_id = ?");
    this.#set = database.prepare("INSERT OR REPLACE INTO standings VALUES (?, ?)");
  }

  standingOf(userId: string): Standing {
    return (this.#find.get(userId)?.["standing"] ?? "member") as Standing;
  }

  setStanding(userId: string, standing: Standing): void {
    this.#set.run(userId, standing);
  }
}
