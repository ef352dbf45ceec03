import { readFile } from "node:fs/promises";
import { build, stop } from "esbuild";
import type { FastifyInstance } from "fastify";

const file = (name: string): string => new URL(`page/${name}`, import.meta.url).pathname;

/** Scripts and styles of ours and nothing else: no inline script, no other site's, no text that becomes HTML. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** The page, and the one file into which its modules and `symbolon/client` are put when the server starts. */
export async function servePage(app: FastifyInstance): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [file("main.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    conditions: ["symbolon:source"], // only here, where the example lies beside the sources
  });
  await stop(); // its process is not needed any more
  const assets = [
    ["/", "text/html; charset=utf-8", await readFile(file("index.html"))],
    ["/app.js", "text/javascript; charset=utf-8", Buffer.from(outputFiles[0]?.contents ?? "")],
    ["/style.css", "text/css; charset=utf-8", await readFile(file("style.css"))],
    ["/icon.svg", "image/svg+xml", await readFile(file("icon.svg"))],
  ] as const;
  for (const [path, type, body] of assets) {
    app.get(path, (_request, reply) => {
      return reply
        .type(type)
        .headers({
          "content-security-policy": contentSecurityPolicy,
          "cross-origin-opener-policy": "same-origin",
          "cache-control": "no-cache",
        })
        .send(body);
    });
  }
}
