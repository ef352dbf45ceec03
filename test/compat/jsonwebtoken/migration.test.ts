import assert from "node:assert/strict";
import { describe, test } from "node:test";
import express from "express";
import jwt from "symbolon/compat/jsonwebtoken";
import { expressAuth } from "symbolon/express";
import { testAuth } from "../../support/auth.ts";
import { Client } from "../../support/client.ts";
import { listen } from "../../support/listen.ts";

const secret = "the application's own secret, which it had before";

describe("an application on its way from jsonwebtoken", () => {
  for (const strategy of ["session", "hybrid", "jwt"] as const) {
    test(`accepts old tokens beside those of the strategy ${strategy}`, async (t) => {
      const { auth } = testAuth({ strategy });
      t.after(() => auth.close());
      const app = express();
      app.use(expressAuth(auth));
      app.post("/login", async (req, res) => {
        const { tokens } = await req.auth.signIn({ userId: "new", delivery: "body" });
        res.json({ token: tokens?.accessToken ?? tokens?.sessionToken });
      });
      app.get("/whoami", (req, res) => {
        const { principal } = req.auth;
        const [, token = ""] = /^Bearer (.+)$/.exec(req.headers.authorization ?? "") ?? [];
        if (principal !== null || token === "") {
          res.json({ userId: principal?.userId });
          return;
        }
        jwt.verify(token, secret, { algorithms: ["HS256"] }, (_error, old) => {
          res.json({ userId: typeof old === "object" ? old["id"] : undefined });
        });
      });
      const url = await listen(t, app);
      const userOf = async (token: string): Promise<unknown> => {
        const headers = { authorization: `Bearer ${token}` };
        return (await new Client(url).get("/whoami", { headers })).json["userId"];
      };

      const old = jwt.sign({ id: "old" }, secret, { expiresIn: "1h" });
      const { token } = (await new Client(url).post("/login")).json;
      assert.equal(await userOf(old), "old");
      assert.equal(await userOf(String(token)), "new");
      assert.equal(await userOf(jwt.sign({ id: "old" }, secret, { expiresIn: -1 })), undefined);
      assert.equal(await userOf(jwt.sign({ id: "old" }, `${secret}!`)), undefined);
    });
  }
});
