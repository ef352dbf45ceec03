import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { after } from "node:test";
import { createAuth, createGuard, type Auth } from "symbolon";
import { nodeAuth, sendProblem } from "symbolon/node";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import { instantHasher, testSecret } from "../../support/auth.ts";
import { passTime } from "../../support/pass-time.ts";

const root = new URL("../../../", import.meta.url).pathname;

const importMap = {
  imports: {
    "symbolon/client": "/src/client/client.ts",
    "symbolon/react": "/src/client/react.ts",
    react: "/react.js",
  },
};

/** What React publishes is CommonJS, which a page cannot load: each file as a function, and what is used of them. */
function reactModule(): string {
  const read = (path: string): string =>
    readFileSync(`${root}node_modules/${path}.production.js`, "utf8");
  const files = {
    react: read("react/cjs/react"),
    scheduler: read("scheduler/cjs/scheduler"),
    "react-dom": read("react-dom/cjs/react-dom"),
    "react-dom/client": read("react-dom/cjs/react-dom-client"),
  };
  const functions = Object.entries(files).map(
    ([name, text]) => `${JSON.stringify(name)}(module, exports, require) {${text}\n}`,
  );
  return `const files = {${functions.join(",")}};
    const loaded = {};
    function require(name) {
      if (!(name in loaded)) {
        const module = { exports: {} };
        loaded[name] = module;
        files[name](module, module.exports, require);
      }
      return loaded[name].exports;
    }
    const { createContext, createElement, useContext, useSyncExternalStore } = require("react");
    export { createContext, createElement, useContext, useSyncExternalStore };
    export const { createRoot } = require("react-dom/client");`;
}

const page = (script: string): string => `<!doctype html>
  <html lang="en"><head><title>Client</title><link rel="icon" href="data:," />
  <script type="importmap">${JSON.stringify(importMap)}</script></head>
  <body><main id="root"></main><script type="module">${script}</script></body></html>`;

/** A page that does what the test says, and notes what it would have shown. */
const tabPage = page(`
  import { createClient } from "symbolon/client";
  const client = createClient();
  const seen = [];
  client.session.subscribe(() => seen.push(client.session.get().status));
  Object.assign(window, { client, seen });
`);

const reactPage = page(`
  import { createClient } from "symbolon/client";
  import { AuthProvider, SignedIn, SignedOut } from "symbolon/react";
  import { createElement as h, createRoot } from "react";
  const client = createClient();
  const signIn = (event) => {
    event.preventDefault();
    void client.signIn(Object.fromEntries(new FormData(event.target)));
  };
  const form = h("form", { onSubmit: signIn },
    h("label", null, "Email", h("input", { name: "email" })),
    h("label", null, "Password", h("input", { name: "password", type: "password" })),
    h("button", null, "Sign in"));
  const account = ({ user }) => h("section", null, h("h1", null, "Hello " + user.email),
    h("button", { onClick: () => void client.signOut() }, "Sign out"));
  createRoot(document.getElementById("root")).render(
    h(AuthProvider, { client }, h(SignedIn, null, account), h(SignedOut, null, form)));
`);

/** A real server on a loopback port, in whose time it is as late as the test says. */
export class ClientPages {
  readonly clock: FakeClock = new FakeClock(Date.now());
  readonly auth: Auth;
  /** How often tokens were traded. */
  refreshes = 0;
  /** How often somebody came with a token that another had come with before. */
  reused = 0;
  /** While it is not null, refreshes wait for it before they are answered. */
  held: Promise<void> | null = null;
  url = "";

  private constructor() {
    this.auth = createAuth({
      secret: testSecret,
      store: memoryStore(),
      strategy: "hybrid",
      accounts: { password: { hasher: instantHasher } },
      clock: this.clock,
    });
    this.auth.on("warning", () => undefined);
    this.auth.on("refresh_token.reused", () => (this.reused += 1));
  }

  /** Serves until the tests of the file have ended. */
  static async start(): Promise<ClientPages> {
    const pages = new ClientPages();
    const authenticate = nodeAuth(pages.auth);
    const guard = createGuard();
    const react = reactModule();
    const server = createServer((request, response) => {
      const answer = async (): Promise<void> => {
        const path = new URL(request.url ?? "/", "http://localhost").pathname;
        const send = (type: string, text: string): void => {
          response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(text);
        };
        if (path === "/") return send("text/html", tabPage);
        if (path === "/react") return send("text/html", reactPage);
        if (path === "/react.js") return send("text/javascript", react);
        if (/^\/src\/client\/[\w-]+\.ts$/.test(path) && existsSync(root + path)) {
          return send("text/javascript", stripTypeScriptTypes(readFileSync(root + path, "utf8")));
        }
        if (path === "/auth/refresh") {
          pages.refreshes += 1;
          await pages.held;
        }
        const requestAuth = await authenticate(request, response);
        if (requestAuth === null) return;
        const refusal = guard(requestAuth);
        if (refusal !== null) return sendProblem(response, refusal);
        send("application/json", "{}");
      };
      void answer();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    pages.url = `http://localhost:${(server.address() as AddressInfo).port}`;
    after(async () => {
      server.closeAllConnections();
      server.close();
      await pages.auth.close();
    });
    return pages;
  }

  /** Lets the access tokens expire. */
  expire(): Promise<void> {
    return passTime(this.clock, 6 * 60_000);
  }
}
