import { randomUUID } from "node:crypto";
import { createAuth } from "symbolon";
import { openStore, type Address } from "../fixtures/places.ts";
import { benchSecret } from "../guard/symbolon.ts";
import type { World } from "./world.ts";

/** An engine with the default options: a lease of two seconds, a poll each half a second, and hints where there are any. */
export async function symbolonWorld(address: Address): Promise<World> {
  const { store, close } = await openStore(address);
  const auth = createAuth({ secret: benchSecret, baseUrl: "https://app.example.com", store });
  await auth.ready();
  return {
    async signIn() {
      const { principal, cookies } = await auth.signIn(
        { userId: randomUUID() },
        { method: "POST", headers: { "sec-fetch-site": "same-origin" } },
      );
      return { id: principal.sessionId, cookie: cookies[0]?.split(";", 1)[0] ?? "" };
    },
    check: async (cookie) => (await auth.authenticate({ cookie })) !== null,
    async revoke(id, options) {
      await auth.sessions.revoke(id, options);
    },
    async close() {
      await auth.close();
      await close();
    },
  };
}
