import express, { type Express, type Request } from "express";
import { createTokenVerifier, followRevocations, TokenError } from "symbolon/tokens";
import { roleIn } from "./roles.ts";
import { TenantRows } from "./rows.ts";
import type { Sql } from "./sql.ts";

export interface Billing {
  /** Reads only. */
  readonly app: Express;
  close(): Promise<void>;
}

/**
 * The service that has the invoices. It knows the issuer's address and a secret of its own, and nothing of sessions and
 * their store: it runs in the dashboard's process here, so that one command starts both, and might run anywhere.
 */
export function createBilling(issuer: string, clientSecret: string, sql: Sql): Billing {
  const dangerouslyAllowLoopbackHttp = true; // for this example: all is on one machine
  const tokens = createTokenVerifier({
    issuer,
    audience: issuer,
    dangerouslyAllowLoopbackHttp,
    revocations: followRevocations({
      issuer,
      clientId: "billing",
      clientSecret,
      dangerouslyAllowLoopbackHttp,
    }),
  });

  /** The rows of the tenant of the token, for its administrators. @throws TokenError 401, 403 or 503 */
  async function rowsFor({ headers, params }: Request): Promise<TenantRows> {
    const { claims } = await tokens.requireToken(headers, {
      allow: ({ claims }) => roleIn(claims["tenant_id"], claims) === "admin",
    });
    const tenantId = claims["tenant_id"];
    if (typeof tenantId !== "string" || params["tenant"] !== tenantId) {
      throw new TokenError("forbidden");
    }
    return new TenantRows(sql, tenantId);
  }

  const app = express();
  app.disable("x-powered-by");
  app.get("/tenants/:tenant/invoices", async (req, res) => {
    res.json(await (await rowsFor(req)).invoices());
  });
  app.get("/tenants/:tenant/invoices/:id", async (req, res) => {
    const invoice = await (await rowsFor(req)).invoice(req.params.id);
    if (invoice === null) res.sendStatus(404);
    else res.json(invoice);
  });
  return { app, close: () => tokens.close() };
}
