import type { Case, Options, World } from "../world.ts";

const routes: NonNullable<Case["route"]> = ({ session, url }, response) => {
  const visits = Number(session["visits"] ?? 0);
  const changes: Record<string, () => void> = {
    "/count": () => Object.assign(session, { visits: visits + 1 }),
    "/same": () => Object.assign(session, { visits }),
    "/nested": () => Object.assign(session, { cart: { items: [1, { cookie: visits }] } }),
    "/deep": () => (session["cart"] as { items: unknown[] }).items.push("another"),
    "/remove": () => delete session["cart"],
    "/odd": () =>
      Object.assign(session, { at: new Date(0), none: null, gone: undefined, nan: NaN }),
    "/void": () => Object.assign(session, { gone: undefined }),
    "/touch": () => session.touch(),
  };
  changes[url]?.();
  response.end(`${url}: ${JSON.stringify(session)}`);
};

/** Every way in which a session can change or not, on a new session and on an old one. */
async function changeInEveryWay(world: World): Promise<void> {
  const paths = ["/", "/void", "/count", "/", "/same", "/nested", "/deep", "/deep", "/odd", "/odd"];
  for (const path of [...paths, "/touch", "/remove", "/"]) {
    const { body } = await world.visit(path);
    world.note(`  sees ${body.replaceAll(/"expires":"[^"]*"/g, "")}`);
  }
}

const switches = [true, false] as const;
const combinations: readonly Options[] = switches.flatMap((resave) =>
  switches.flatMap((saveUninitialized) =>
    switches.flatMap((rolling) =>
      [{ maxAge: 60_000 }, {}].map((cookie) => ({ resave, saveUninitialized, rolling, cookie })),
    ),
  ),
);

export const storingCases: readonly Case[] = [
  ...combinations.map((options) => ({
    name: `stores and sends the same with ${JSON.stringify(options)}`,
    options,
    route: routes,
    run: changeInEveryWay,
  })),
  ...combinations
    .filter(({ rolling }) => rolling !== true)
    .map((options) => ({
      name: `does the same on a store without touch, with ${JSON.stringify(options)}`,
      options: (session: World["session"]) => {
        const store = new session.MemoryStore();
        Object.assign(store, { touch: undefined });
        return { ...options, store };
      },
      route: routes,
      run: changeInEveryWay,
    })),
  {
    name: "defaults: without resave and saveUninitialized",
    options: { resave: undefined, saveUninitialized: undefined },
    route: routes,
    run: changeInEveryWay,
  },
  {
    name: "a session whose time has passed",
    options: { cookie: { maxAge: 5 } },
    route: routes,
    async run(world) {
      await world.visit("/count");
      // As if it had been stored long ago.
      const stored = Reflect.get(world.store, "sessions") as Record<string, string>;
      for (const [id, text] of Object.entries(stored)) {
        stored[id] = text.replace(/"expires":"\d+/, '"expires":"2020');
      }
      await world.visit("/count");
      world.note(`left: ${Object.keys(stored).length}`);
    },
  },
  {
    name: "a session that the store has forgotten",
    route: routes,
    async run(world) {
      await world.visit("/count");
      await new Promise<void>((resolve) => world.store.clear(() => resolve()));
      await world.visit("/");
      await world.visit("/count");
    },
  },
  {
    name: "reserved names in the store, and one that is no session at all",
    options: { resave: true, cookie: {} },
    route: routes,
    async run(world) {
      const { id = "" } = await world.visit("/count");
      const stored = Reflect.get(world.store, "sessions") as Record<string, string>;
      const text = stored[id] ?? "";
      stored[id] = text.replace("{", '{"save":"no","id":"no","req":1,"__proto__":{"admin":true},');
      const { body } = await world.visit("/");
      world.note(`reserved: ${body.includes('"no"')}`);
      stored[id] = '{"user":"ada"}';
      await world.visit("/");
    },
  },
  ...["get", "set", "touch"].map((method): Case => ({
    name: `an error of store.${method}`,
    route({ session, url }, response) {
      session["url"] = method === "touch" ? "same" : url;
      response.end();
    },
    async run(world) {
      await world.visit("/");
      world.breakStore(method);
      for (const path of ["/broken", "/again"]) await world.visit(path);
    },
  })),
  {
    name: "an error of store.destroy for a session that was unset",
    options: { unset: "destroy" },
    route(request, response, world) {
      Object.assign(world.store, {
        destroy: (_: string, done: (error: Error) => void) => done(new Error("boom")),
      });
      Object.assign(request, { session: null });
      response.end("over");
    },
    run: async (world) => void (await world.visit()),
  },
  {
    name: "ENOENT of a store means that there is no session",
    options(session) {
      const store = new session.MemoryStore();
      store.get = (_, answer) => answer(Object.assign(new Error("no file"), { code: "ENOENT" }));
      return { store };
    },
    route: routes,
    async run(world) {
      for (const path of ["/count", "/count"]) await world.visit(path);
    },
  },
  {
    name: "a store that is away for a while",
    options: { saveUninitialized: true },
    route: ({ session }, response) => void response.end(typeof session),
    async run(world) {
      await world.visit();
      world.store.emit("disconnect");
      await world.visit();
      world.store.emit("connect");
      await world.visit();
    },
  },
  ...(["keep", "destroy"] as const).flatMap((unset) =>
    ["null", "delete"].map((how) => ({
      name: `unset: ${unset} with ${how}`,
      options: { unset, saveUninitialized: true },
      route(request: Parameters<NonNullable<Case["route"]>>[0], response: { end(): unknown }) {
        if (request.url === "/unset") {
          if (how === "null") Object.assign(request, { session: null });
          else Reflect.deleteProperty(request, "session");
        }
        response.end();
      },
      async run(world: World) {
        for (const path of ["/", "/unset", "/", "/unset"]) await world.visit(path);
        world.cookie = undefined;
        await world.visit("/unset");
      },
    })),
  ),
  {
    name: "an id that is no text",
    route(request, response) {
      Object.assign(request, { sessionID: () => "x" });
      request.session["who"] = "ada";
      response.end();
    },
    run: async (world) => void (await world.visit()),
  },
  {
    name: "a session that somebody else has put there",
    before: (request) => Object.assign(request, { session: { theirs: true } }),
    route: ({ session }, response) => void response.end(JSON.stringify(session)),
    run: async (world) => void (await world.visit()),
  },
];
