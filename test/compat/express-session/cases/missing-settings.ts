import type { Case, Options, World } from "../world.ts";

/** Two visits of one visitor. */
async function comeAndReturn(world: World): Promise<void> {
  await world.visit();
  await world.visit();
}

const remembers: NonNullable<Case["route"]> = ({ session }, response) => {
  session["visits"] = Number(session["visits"] ?? 0) + 1;
  response.end();
};

/** What JavaScript hands over where a setting is missing, or an attribute has been thrown away. */
export const missingSettingCases: readonly Case[] = [
  ...(["resave", "saveUninitialized", "genid", "cookie", "unset", "name"] as const).flatMap(
    (option) =>
      [null, false].map((none) => ({
        name: `${option}: ${none}, as of a setting that is missing`,
        options: { [option]: none } as Options,
        route: remembers,
        run: comeAndReturn,
      })),
  ),
  {
    name: "saveUninitialized: null, and a session that stays empty",
    options: { saveUninitialized: null } as unknown as Options,
    run: comeAndReturn,
  },
  {
    name: "an object literal in the place of a session's cookie",
    route({ session }, response) {
      Object.assign(session, { cookie: { maxAge: 1_000 }, who: "ada", touch: () => session });
      response.end();
    },
    run: (world) => world.visit().then(() => undefined),
  },
];
