import { build } from "esbuild";
import express, { type RequestHandler, type Router } from "express";

const folder = new URL("./web/", import.meta.url).pathname;

const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Workbench</title>
    <link rel="icon" href="/icon.svg" />
    <link rel="stylesheet" href="/main.css" />
    <script type="module" src="/main.js"></script>
  </head>
  <body>
    <div id="root"></div>
    <noscript><p>This page needs JavaScript.</p></noscript>
  </body>
</html>
`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3f51d9"/>
<path d="M8 10h4l2.5 9L17 12h2.5l2.5 7 2-9h3l-3.500 13h-3L18 16.500 15.500 23h-3z" fill="#fff" transform="translate(-1.500)"/></svg>`;

/** Nothing from elsewhere, no script but ours, in no frame: what gets into a page cannot load, nor send, anything. */
export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    "content-security-policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
  });
  next();
};

/** The page and what it loads, bundled now. */
export async function createPages(): Promise<Router> {
  const { outputFiles } = await build({
    entryPoints: [`${folder}main.tsx`, `${folder}main.css`],
    outdir: folder,
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    conditions: ["symbolon:source"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
  const pages = express.Router();
  for (const { path, text } of outputFiles) {
    const name = path.slice(folder.length);
    pages.get(`/${name}`, (_req, res) => {
      res.set("cache-control", "no-cache").type(name).send(text);
    });
  }
  pages.get("/icon.svg", (_req, res) => {
    res.type("svg").send(icon);
  });
  // The page itself finds out what to show by its address.
  pages.get(/^\/\w*$/, (_req, res) => {
    res.set("cache-control", "no-store").type("html").send(html);
  });
  return pages;
}
