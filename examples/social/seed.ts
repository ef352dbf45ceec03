import type { Accounts } from "symbolon";
import type { Feed } from "./feed.ts";
import type { People } from "./people.ts";

/** Whom the example knows from the start, so that there is something to see. Their passwords are printed when it starts. */
export const demoPeople = {
  ada: { name: "Ada", email: "ada@example.com", password: "first program ever" },
  grace: { name: "Grace", email: "grace@example.com", password: "moth in the relay" },
  mary: { name: "Mary", email: "moderator@example.com", password: "keeps the peace here" },
} as const;

/** Registers them where they are not yet. */
export async function seed(users: Accounts, people: People, feed: Feed): Promise<void> {
  const { ada, grace, mary } = demoPeople;
  if ((await users.findByEmail(mary.email)) !== null) return;
  const [one, two, three] = [
    await users.register(ada),
    await users.register(grace),
    await users.register(mary),
  ];
  people.setStanding(three.id, "moderator");
  const first = feed.add({ id: three.id, name: mary.name }, "Welcome to Perch. Be kind.");
  feed.add(
    { id: two.id, name: grace.name },
    "Found an actual bug in the relay today. Taped it into the logbook.",
  );
  feed.setLike(first.id, { id: one.id, name: ada.name }, true);
}
