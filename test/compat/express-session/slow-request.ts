import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { compat, original, type SessionModule } from "./implementations.ts";
import { Gate, serve, type Routes, type Visit } from "./served.ts";

export const implementations: Readonly<Record<string, SessionModule>> = {
  ours: compat,
  "express-session": original,
};

/** A signed-in visitor, a request of theirs that stands still after it has its session, and whatever is done meanwhile. */
export async function whileARequestIsSlow(
  t: TestContext,
  session: SessionModule,
  meanwhile: (visit: Visit, cookie: string) => Promise<unknown>,
  { slow, ...routes }: Routes = {},
  options: Record<string, unknown> = {},
): Promise<{ readonly visit: Visit; readonly cookie: string }> {
  const gate = new Gate();
  const visit = await serve(
    t,
    {
      "/login": ({ session }, response) => {
        session["who"] = "ada";
        session["theme"] = "light";
        response.end();
      },
      "/whoami": ({ session }, response) =>
        response.end(JSON.stringify(Object.assign({}, session, { cookie: 0 }))),
      "/slow": async (request, response) => {
        await gate.pass();
        await slow?.(request, response);
        request.session["seen"] = true;
        response.end();
      },
      "/logout": ({ session }, response) => session.destroy(() => response.end()),
      ...routes,
    },
    { store: new session.MemoryStore(), ...options },
    session,
  );
  const { cookie = "" } = await visit("/login");
  const slowAnswer = visit("/slow", cookie);
  await gate.arrived();
  await meanwhile(visit, cookie);
  gate.open();
  assert.equal((await slowAnswer).status, 200);
  return { visit, cookie };
}

export const sees = async (visit: Visit, cookie: string): Promise<Record<string, unknown>> =>
  JSON.parse((await visit("/whoami", cookie)).body) as Record<string, unknown>;
