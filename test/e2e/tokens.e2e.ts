import type * as Entry from "symbolon/tokens";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import { test } from "node:test";
import { publicJwk } from "../../src/core/access-tokens/node-keys.ts";
import { listen } from "../support/listen.ts";
import { claims, makeIssuer } from "../support/tokens.ts";
import { startBrowser } from "./support/browser.ts";

/* `symbolon/tokens` as a browser loads it: module by module, without a bundler, and with the browser's own WebCrypto. */

const sources = new URL("../../src/", import.meta.url);
const issuer = await makeIssuer();
const keys = [...issuer.keys.values()].filter(({ algorithm }) => algorithm !== "HS256");

function serve({ url = "/" }: IncomingMessage, response: ServerResponse): void {
  if (url === "/") {
    response.setHeader("content-type", "text/html").end("<!doctype html>");
  } else if (url === "/keys") {
    response.end(JSON.stringify({ keys: keys.map(publicJwk) }));
  } else if (/^\/[\w/-]+\.ts$/.test(url)) {
    const text = readFileSync(new URL(`.${url}`, sources), "utf8");
    response.setHeader("content-type", "text/javascript").end(stripTypeScriptTypes(text));
  } else {
    response.writeHead(404).end();
  }
}

test("a page verifies access tokens of every algorithm, and refuses forged ones", async (context) => {
  const base = await listen(context, serve, { hostName: "127.0.0.1" });
  const page = await (await startBrowser()).newPage();
  await page.goto(base);
  const iat = Math.floor(Date.now() / 1000);
  const tokens = keys.map(({ algorithm }) => issuer.issue(algorithm, { iat, exp: iat + 300 }));
  const given = { base, tokens, issuer: claims.iss, audience: String(claims.aud) };
  const outcomes = await page.evaluate(async ({ base, tokens, issuer, audience }) => {
    const { createTokenVerifier } = (await import(`${base}/tokens/tokens.ts`)) as typeof Entry;
    const verifier = createTokenVerifier({
      issuer,
      audience,
      jwks: `${base}/keys`,
      dangerouslyAllowLoopbackHttp: true,
      withoutRevocation: true,
    });
    const outcome = (token: string): Promise<string> =>
      verifier.verify(token).then(
        ({ claims }) => claims.sub,
        (error: { readonly code: string }) => error.code,
      );
    const forged = tokens.map((token) => token.replace(/\.[^.]+\./, ".e30."));
    return Promise.all([...tokens, ...forged].map(outcome));
  }, given);
  assert.deepEqual(outcomes, [
    ...tokens.map(() => claims.sub),
    ...tokens.map(() => "token_signature"),
  ]);
});
