/** A column for tests: cookies in a map of its process, notes in a file, and everything that it was sent as JSON. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { Column, ColumnSettings } from "../../src/lab/column.ts";
import { serveColumn } from "../../src/lab/process/serve-column.ts";

const tiny: Column = {
  title: "Tiny",
  summary: "Signs in whoever says who they are.",
  code: [{ name: "tiny-column-process.ts", runsIn: "server", url: new URL(import.meta.url) }],
  async start({ databaseFile, storeGate }: ColumnSettings) {
    const signedIn = (): string[] =>
      existsSync(databaseFile) ? (JSON.parse(readFileSync(databaseFile, "utf8")) as string[]) : [];
    const isSignedIn = (cookie: string | undefined): boolean => {
      storeGate.read();
      return signedIn().some((id) => cookie === `tiny=${id}`);
    };
    return {
      async app(request, response) {
        try {
          if (request.url === "/sign-in") {
            storeGate.write();
            writeFileSync(databaseFile, JSON.stringify([...signedIn(), "ada"]));
            response.setHeader("Set-Cookie", ["tiny=ada", "other=1; Path=/"]);
          } else if (request.url === "/api/me" && !isSignedIn(request.headers.cookie)) {
            response.statusCode = 401;
          }
        } catch (error) {
          response.writeHead(503).end(String((error as NodeJS.ErrnoException).code));
          return;
        }
        const { rawHeaders, url } = request;
        const body = await textOf(request);
        response.end(JSON.stringify({ rawHeaders, url, body, now: Date.now(), pid: process.pid }));
      },
      async revoke() {
        writeFileSync(databaseFile, "[]");
        return { possible: true, how: "The file was emptied." };
      },
      changeRole: async () => ({ possible: false, how: "There are no roles." }),
      tables: async () => [
        {
          name: "signed in",
          purpose: "Who is.",
          columns: ["id"],
          rows: signedIn().map((id) => [id]),
        },
      ],
      check: async ({ cookie }) => isSignedIn(cookie),
      close: async () => {},
    };
  },
};

async function textOf(request: IncomingMessage): Promise<string> {
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

await serveColumn(async () => tiny);
