import { randomBytes } from "node:crypto";
import { createBanking } from "./banking.ts";
import { ada, grace, openAccounts } from "./demo.ts";

const port = Number(process.env["PORT"] ?? 3000);

const banking = createBanking({
  // Enough to try it: without a folder nothing outlives the process anyway. A bank sets both.
  secret: process.env["AUTH_SECRET"] ?? randomBytes(32).toString("base64url"),
  folder: process.env["FOLDER"],
  baseUrl: process.env["BASE_URL"],
  severalSessions: process.env["SEVERAL_SESSIONS"] === "yes",
});
await openAccounts(banking, Date.now());

banking.app.listen(port, "127.0.0.1", () => {
  console.log(`The bank is open: http://localhost:${port}`);
  for (const { email, password } of [ada, grace]) console.log(`  ${email}  ${password}`);
});
