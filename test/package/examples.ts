/**
 * The TypeScript that documents show, as files of a project. A block is a module of its own. What it leaves out it
 * names in its first line, as in `// Given: auth, app`: then these are imported from `given.d.ts`, below.
 */
export function examplesOf(page: string, markdown: string): Readonly<Record<string, string>> {
  const blocks = [...markdown.matchAll(/^```ts\n([^]*?)^```$/gm)];
  return Object.fromEntries(
    blocks.map(([, text = ""], n) => [`${page}-${n + 1}.ts`, withGiven(text)] as const),
  );
}

function withGiven(text: string): string {
  const names = /^\/\/ Given: (.+)\n/.exec(text)?.[1];
  const imports = names === undefined ? "export {};" : `import { ${names} } from "./given.js";`;
  return `${imports}\n${text}`;
}

/** All that a block may call given. Few and plain, so that a reader guesses what they are. */
export const given = `
import type { Express, Request, Response } from "express";
import type { Auth, RequestAuth, Store } from "symbolon";
import type { AuthJsAdapter, BetterAuthInstance, ExpressSessionStore } from "symbolon/legacy";

export declare const auth: Auth;
export declare const app: Express;
export declare const req: Request;
export declare const res: Response;
export declare const requestAuth: RequestAuth;
export declare const store: Store;
export declare const secret: string;
/** What an application had before: a store of express-session, its better-auth, an adapter of Auth.js. */
export declare const oldStore: ExpressSessionStore;
export declare const oldAuth: BetterAuthInstance;
export declare const adapter: AuthJsAdapter;
/** The application's own look at a password. */
export declare function checkPassword(body: unknown): Promise<{ id: string; role: string }>;
`;
