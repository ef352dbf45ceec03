import { createAuth, createGuard, type AuthOptions, type Peer } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";

/** An application as a fetch handler, which any runtime can serve: the account routes, and pages for those who are signed in. */
export function makeApplication(
  accounts: NonNullable<AuthOptions["accounts"]>,
): (request: Request, peer: Peer) => Promise<Response> {
  const auth = createAuth({
    secret: "m3Vw8Qx1Zt6Ry0Ku5Pn2Jb7Hd4Gc9Fs-of-runtimes",
    store: memoryStore(),
    accounts,
  });
  const guard = createGuard();
  return (request, peer) =>
    auth.respond(
      request,
      async (requestAuth) => {
        const refusal = guard(requestAuth);
        if (refusal !== null) throw refusal;
        return Response.json({ userId: requestAuth.principal?.userId ?? null });
      },
      peer,
    );
}
