import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import express from "express";
import { createAuth, presets } from "symbolon";
import { authErrors, expressAuth } from "symbolon/express";
import { publishStanding } from "./access.ts";
import { createApi } from "./api.ts";
import { createBilling } from "./billing.ts";
import { demoPassword, demoUsers, fillWithDemo } from "./demo.ts";
import { Directory } from "./directory.ts";
import { cookieToBearer } from "./gateway.ts";
import { createPages, securityHeaders } from "./pages.ts";
import { createRowTables } from "./rows.ts";
import { openStores } from "./stores.ts";

const port = Number(process.env["PORT"] ?? 3000);
const baseUrl = `http://localhost:${port}`;
const billingSecret = randomBytes(32).toString("hex");

const pages = await createPages();
const { store, sql, told, close } = await openStores(process.env);
const directory = new Directory(sql);

const auth = createAuth({
  ...presets.saas,
  secret: process.env["AUTH_SECRET"] ?? secretFrom("data/saas.secret"),
  store,
  baseUrl,
  accounts: {
    password: true,
    claims: async ({ id }) => ({ ...(await directory.standingOf(id)) }),
  },
  resourceServers: [{ id: "billing", secret: billingSecret }],
});
await storeIsReady();
await directory.createTables();
await createRowTables(sql);
await fillWithDemo(sql, directory, auth.users);
// What a process that was killed had changed, and had not told the sessions.
for (const userId of await directory.unpublished()) await publishStanding(auth, directory, userId);

const billing = createBilling(baseUrl, billingSecret, sql);
const lifetimeMs = 90 * 24 * 60 * 60_000; // that of presets.saas

const app = express();
app.disable("x-powered-by");
app.use(securityHeaders);
app.use("/billing", cookieToBearer, billing.app);
// Accounts are made by invitation, which this example leaves out.
app.all("/auth/register", (_req, res) => void res.sendStatus(404));
app.use(expressAuth(auth));
app.use("/api", createApi({ auth, directory, sql, lifetimeMs }));
app.use(pages);
app.use(authErrors());

const people = demoUsers.map((user) => {
  const roles = Object.entries(user.roles).map(([tenant, role]) => `${role} of ${tenant}`);
  const what = "operator" in user ? "operator of the service" : roles.join(", ");
  return `  ${user.email.padEnd(18)} ${what || "in no workspace yet"}\n`;
});
const server = app.listen(port, "127.0.0.1", () => {
  console.log(`Open ${baseUrl}
Stores: ${told}.
Sign in with the password "${demoPassword}" as one of
${people.join("")}`);
});

process.once("SIGTERM", () => void stop());

/** Billing says goodbye to its issuer, so it goes first. */
async function stop(): Promise<void> {
  await billing.close();
  server.close();
  server.closeIdleConnections();
  await auth.close();
  await close();
}

/** `ready` waits for a second. Where tables have to be made first, on a busy machine, that may take a few. */
async function storeIsReady(): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await auth.ready();
    } catch (error) {
      if (tries === 20) throw error;
      await pause(500);
    }
  }
}

/** What seals the keys in the store must be the same next time. */
function secretFrom(file: string): string {
  if (!existsSync(file)) {
    mkdirSync("data", { recursive: true });
    writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
  }
  return readFileSync(file, "utf8");
}
