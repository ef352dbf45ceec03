import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cookieCases } from "./cases/cookies.ts";
import { missingSettingCases } from "./cases/missing-settings.ts";
import { methodCases } from "./cases/methods.ts";
import { responseCases } from "./cases/responses.ts";
import { storingCases } from "./cases/storing.ts";
import { compat, original, type SessionModule } from "./implementations.ts";
import { World, type Case } from "./world.ts";

/** The same application on both: what can be seen from outside is the same, but for what `docs/express-session.md` lists. */
const groups = { cookieCases, missingSettingCases, storingCases, methodCases, responseCases };

for (const [group, cases] of Object.entries(groups)) {
  describe(`like express-session: ${group}`, () => {
    for (const each of cases) {
      test(each.name, async (t) => {
        t.mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 0, 2, 3, 4, 5) });
        const protocolOf = async (session: SessionModule): Promise<readonly string[]> => {
          const world = new World(t, session);
          await world.start(each);
          await each.run(world);
          return world.lines();
        };
        const expected = await protocolOf(original);
        assert.ok(expected.length > 0, "the case shows nothing");
        assert.deepEqual(await protocolOf(compat), expected);
      });
    }
  });
}

test("a case in which the two differ is noticed", async (t) => {
  const each: Case = {
    name: "a destroyed session that is saved",
    route(request, response) {
      const { session } = request;
      if (request.url === "/") session["who"] = "ada";
      if (request.url !== "/revive") return void response.end();
      request.sessionStore.destroy(session.id, () => session.save(() => response.end()));
    },
    async run(world) {
      for (const path of ["/", "/revive"]) await world.visit(path);
    },
  };
  const [theirs, ours] = await Promise.all(
    [original, compat].map(async (session) => {
      const world = new World(t, session);
      await world.start(each);
      await each.run(world);
      return world.lines();
    }),
  );
  assert.notDeepEqual(ours, theirs);
});
