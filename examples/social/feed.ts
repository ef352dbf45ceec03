import { randomUUID } from "node:crypto";
import type { DatabaseSync, SQLOutputValue, StatementSync } from "node:sqlite";
import type { Standing } from "./people.ts";

export interface Author {
  readonly id: string;
  readonly name: string;
}

export interface Post {
  readonly id: string;
  readonly author: Author;
  /** As it was typed. Whoever shows it shows it as text. */
  readonly text: string;
  readonly createdAt: number;
  readonly likes: number;
}

/** A post as one reader sees it. */
export interface PostForReader extends Post {
  readonly liked: boolean;
}

/** How a post stands after somebody's like, or after it was taken back. */
export interface Like {
  readonly postId: string;
  readonly likes: number;
  readonly liked: boolean;
  readonly by: Author;
}

/** What the WebSocket says. */
export type LiveMessage =
  | { readonly type: "post"; readonly post: Post }
  | { readonly type: "like"; readonly like: Like; readonly authorId: string };

/** What `GET /api/feed` answers. */
export interface FeedBody {
  readonly me: Author & { readonly standing: Standing };
  readonly posts: readonly PostForReader[];
}

const schema = `
  CREATE TABLE IF NOT EXISTS posts (
    id TEXT PRIMARY KEY, author_id TEXT NOT NULL, author_name TEXT NOT NULL, text TEXT NOT NULL, created_at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS likes (post_id TEXT, user_id TEXT, PRIMARY KEY (post_id, user_id)) WITHOUT ROWID;
`;
const columns = `
  SELECT *, (SELECT count(*) FROM likes WHERE post_id = id) AS likes,
    EXISTS (SELECT 1 FROM likes WHERE post_id = id AND user_id = ?) AS liked FROM posts`;

/** Posts and who likes them. */
export class Feed {
  readonly #latest: StatementSync;
  readonly #find: StatementSync;
  readonly #insert: StatementSync;
  readonly #like: StatementSync;
  readonly #unlike: StatementSync;

  constructor(database: DatabaseSync) {
    database.exec(schema);
    this.#latest = database.prepare(`${columns} ORDER BY created_at DESC, rowid DESC LIMIT 50`);
    this.#find = database.prepare(`${columns} WHERE id = ?`);
    this.#insert = database.prepare("INSERT INTO posts VALUES (?, ?, ?, ?, ?)");
    this.#like = database.prepare("INSERT OR IGNORE INTO likes VALUES (?, ?)");
    this.#unlike = database.prepare("DELETE FROM likes WHERE post_id = ? AND user_id = ?");
  }

  latest(readerId: string): PostForReader[] {
    return this.#latest.all(readerId).map(toPost);
  }

  add(author: Author, text: string): Post {
    const post = { id: randomUUID(), author, text, createdAt: Date.now(), likes: 0 };
    this.#insert.run(post.id, author.id, author.name, text, post.createdAt);
    return post;
  }

  /** Likes a post, or takes that back; twice is as good as once. Null where there is no such post. */
  setLike(postId: string, by: Author, liked: boolean): LiveMessage | null {
    const before = this.#find.get(by.id, postId);
    if (before === undefined) return null;
    (liked ? this.#like : this.#unlike).run(postId, by.id);
    const { likes, author } = toPost(this.#find.get(by.id, postId) ?? before);
    return { type: "like", like: { postId, likes, liked, by }, authorId: author.id };
  }
}

function toPost(row: Record<string, SQLOutputValue>): PostForReader {
  return {
    id: String(row["id"]),
    author: { id: String(row["author_id"]), name: String(row["author_name"]) },
    text: String(row["text"]),
    createdAt: Number(row["created_at"]),
    likes: Number(row["likes"]),
    liked: row["liked"] === 1,
  };
}
