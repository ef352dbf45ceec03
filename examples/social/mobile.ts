/**
 * Perch on a phone, in a terminal. `node --conditions=symbolon:source examples/social/mobile.ts [email] [password]`.
 * Settings: `SERVER`, and `KEYCHAIN`, the file that stands for the phone's keychain.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { TokensBody } from "symbolon";
import type { Post } from "./feed.ts";
import { MobileApp, type Keychain } from "./mobile-app.ts";
import { demoPeople } from "./seed.ts";

const demo = demoPeople.grace;
const [email = demo.email, password = demo.password] = process.argv.slice(2);
const file = process.env["KEYCHAIN"] ?? `data/perch-${email.replaceAll(/[^\w.-]/g, "_")}.json`;

const keychain: Keychain = {
  read() {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as TokensBody;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
      throw error;
    }
  },
  write(tokens) {
    if (tokens === null) return rmSync(file, { force: true });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(tokens), { mode: 0o600 });
  },
};

const reasons: Readonly<Record<string, string>> = {
  session_revoked: "This phone was signed out from somewhere else.",
  session_expired: "You were away for too long. Sign in again.",
  refresh_token_reused: "Somebody else had this phone's login, so it was ended. Sign in again.",
};

let isRunning = false;
const app = new MobileApp(process.env["SERVER"] ?? "http://localhost:3000", keychain, {
  hear(message) {
    if (message.type === "post") return showPost(message.post);
    const { liked, likes, by } = message.like;
    print(`${by.name} ${liked ? "likes" : "no longer likes"} a post: ${likes} in all`);
  },
  connected() {
    void showNew().catch(complain);
  },
  signedOut(code) {
    // Of a session that expired more than a day ago the server knows no more than that it has ended.
    const isUnclear = code === "session_revoked" && !isRunning;
    print(
      isUnclear ? "You have been signed out. Sign in again." : (reasons[code] ?? "Signed out."),
    );
    leave();
  },
});

const lines = createInterface({ input: process.stdin });
function leave(): void {
  app.close();
  lines.close();
}

/** A terminal obeys control characters as a page obeys HTML. */
function print(text: string): void {
  console.log(text.replaceAll(/\p{Cc}/gu, " "));
}

const shown = new Set<string>();
function showPost({ id, author, text }: Post): void {
  if (shown.has(id)) return;
  shown.add(id);
  print(`${author.name}: ${text}`);
}

async function showNew(): Promise<void> {
  for (const post of (await app.feed()).posts.toReversed()) showPost(post);
}

async function start(): Promise<void> {
  if (!app.isSignedIn) await app.signIn(email, password);
  const { me } = await app.feed();
  print(
    `Signed in as ${me.name}. Type something to post it, /like for the newest post, /out. With Ctrl+C you stay signed in.`,
  );
  isRunning = true;
  app.listen();
}

async function obey(line: string): Promise<void> {
  if (line === "/out") {
    await app.signOut();
    leave();
  } else if (line === "/like") {
    const { me, posts } = await app.feed();
    const newest = posts.find(({ author }) => author.id !== me.id);
    if (newest !== undefined) await app.like(newest.id);
  } else if (line.trim() !== "") await app.post(line);
}

function complain(error: unknown): void {
  print(error instanceof Error ? error.message : String(error));
}

try {
  await start();
  lines.on("line", (line) => void obey(line).catch(complain));
  lines.on("close", () => app.close());
} catch (error) {
  complain(error);
  leave();
  process.exitCode = 1;
}
