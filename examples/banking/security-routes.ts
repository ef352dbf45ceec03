import { customerOf, deviceOf, textFields, viewerOf, type Banking } from "./request.ts";
import { securityPage } from "./security-page.ts";
import { deviceName } from "./sign-ins.ts";

/** Where the customer is signed in, and how to end that from here. */
export function addSecurityRoutes({ app, auth, signIns, severalSessions }: Banking): void {
  app.get("/security", async (req, res) => {
    const { userId, sessionId } = customerOf(req);
    const open = (await auth.sessions.list(userId)).map(({ id, userAgent, createdAt }) => ({
      id,
      device: deviceName(userAgent),
      since: signIns.find(id)?.at ?? createdAt,
      current: id === sessionId,
    }));
    open.sort((a, b) => Number(b.current) - Number(a.current));
    const notice = req.query["done"] === undefined ? null : "The other devices are signed out.";
    const history = signIns.of(userId);
    const viewer = viewerOf(req);
    res.send(securityPage({ viewer, open, signIns: history, severalSessions, notice }));
  });

  app.post("/security/sign-out", async (req, res) => {
    const { userId } = customerOf(req);
    const { session } = textFields(req.body, ["session"]);
    // With `userId`, an id of somebody else's session ends nothing.
    const { sessions } = await auth.sessions.revoke(session, { userId });
    const by = deviceOf(req);
    if (sessions > 0) signIns.end(session, { at: req.auth.now, why: "removed", by });
    res.redirect(303, "/security?done");
  });

  app.post("/security/sign-out-others", async (req, res) => {
    const { userId, sessionId } = customerOf(req);
    const by = deviceOf(req);
    const open = await auth.sessions.list(userId);
    await auth.sessions.revokeAll({ userId, except: sessionId });
    for (const { id } of open) {
      if (id !== sessionId) signIns.end(id, { at: req.auth.now, why: "removed", by });
    }
    res.redirect(303, "/security?done");
  });
}
