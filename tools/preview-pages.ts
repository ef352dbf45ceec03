/** Serves every page with sample models, to look at while changing them: `node tools/preview-pages.ts`. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { assets } from "../src/server/assets/assets.ts";
import { assetHeaders, pageHeaders } from "../src/server/security-headers.ts";
import { previews } from "./preview-models.ts";

/** Listens on loopback only; port 0 takes a free one. */
export async function servePreview(port: number): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const asset = assets.get(path);
    if (asset !== undefined) {
      response.writeHead(200, {
        ...assetHeaders({ https: false }),
        "content-type": asset.contentType,
      });
      response.end(asset.body);
      return;
    }
    const page = previews[path];
    response.writeHead(page === undefined ? 404 : 200, {
      ...pageHeaders({ https: false }),
      "content-type": "text/html; charset=utf-8",
    });
    response.end(page === undefined ? index() : String(page()));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function index(): string {
  return Object.keys(previews)
    .map((path) => `<p><a href="${path}">${path}</a></p>`)
    .join("");
}

if (import.meta.main) {
  const { origin } = await servePreview(Number(process.env["PORT"] ?? 4100));
  console.log(`Every page: ${origin}/`);
}
