import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pino } from "pino";
import { readServerConfig, startServer } from "symbolon/server";
import { Canaries } from "../support/canaries.ts";
import { Client } from "../support/client.ts";

/**
 * The threat: whoever reads the log of the standalone server, or a page that it shows, finds a credential there.
 */

const email = "alice@example.com";
const password = "canary-password-of-alice";
const newPassword = "canary-password-the-second";
const form = { "content-type": "application/x-www-form-urlencoded" } as const;

test("neither the log nor a page of the standalone server holds a password, a token, or its secret", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "symbolon-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const config = readServerConfig({ SYMBOLON_STORE: `sqlite:${folder}/app.db`, PORT: "0" });
  const server = await startServer(config, logger);
  const canaries = new Canaries([
    password,
    newPassword,
    readFileSync(config.secretFile, "utf8").trim(),
  ]);

  const client = new Client(server.url);
  const pages: string[] = [];
  const look = async (answer: ReturnType<Client["send"]>): Promise<void> => {
    const { text, headers } = await answer;
    canaries.noteCookies(headers);
    const shown = [...headers].filter(([name]) => name !== "set-cookie");
    pages.push(text + JSON.stringify(shown));
  };
  const fill = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ) =>
    look(
      client.post(path, new URLSearchParams(fields).toString(), {
        headers: { ...form, ...headers },
      }),
    );

  try {
    await fill("/register", { email, password: "short", name: "Alice" });
    await fill("/register", { email, password, name: "Alice" });
    for (const path of ["/", "/account", "/sign-in", "/register", "/nowhere"])
      await look(client.get(path));
    await fill("/register", { email, password });
    await fill("/sign-in", { email, password: newPassword });
    await fill("/sign-in", { email, password }, { origin: "https://attacker.example" });
    await look(
      client.post("/sign-in", `------x\r\n${password}`, {
        headers: { "content-type": "multipart/form-data; boundary=----y" },
      }),
    );
    await look(client.post("/auth/sign-in", `{"password":"${password}"x}`));
    await fill("/account/password", { currentPassword: newPassword, newPassword });
    await fill("/account/password", { currentPassword: password, newPassword: "short" });
    await fill("/account/password", { currentPassword: password, newPassword });
    await look(client.get("/account?notice=password-changed"));
    const { cookie } = client;
    await look(
      client.get(`/?token=${cookie.split("=")[1]}`, { headers: { cookie: `${cookie}x` } }),
    );
    await fill("/account/sessions/revoke-others", {});
    await fill("/sign-out", {});
    await look(client.get("/account", { headers: { cookie } }));
  } finally {
    await server.close();
  }
  for (const event of [
    "session.started",
    "sessions.ended",
    "user.registered",
    "password.changed",
    "sign_in.failed",
    "request.refused",
  ]) {
    assert.ok(
      lines.some((line) => line.includes(event)),
      `the log tells of ${event}`,
    );
  }
  canaries.assertAbsent(lines.join(""));
  for (const page of pages) canaries.assertAbsent(page);
});
