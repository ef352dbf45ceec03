import type { Case, World } from "../world.ts";

const visits =
  (...paths: readonly string[]) =>
  async (world: World): Promise<void> => {
    for (const path of paths) await world.visit(path);
  };

export const methodCases: readonly Case[] = [
  {
    name: "save, with and without a callback, once and twice",
    route({ session, url }, response) {
      session["url"] = url;
      const end = (error?: unknown): void => void response.end(String(error));
      if (url === "/callback") session.save(end);
      else if (url === "/twice") session.save(() => session.save(end));
      else if (url === "/more") {
        session.save(() => {
          session["more"] = Number(session["more"] ?? 0) + 1;
          end();
        });
      } else {
        session.save();
        end();
      }
    },
    run: visits("/callback", "/callback", "/none", "/twice", "/more", "/more"),
  },
  {
    name: "save that fails is told",
    route({ session, url }, response, world) {
      session["url"] = url;
      Object.assign(world.store, {
        set: (_: string, __: object, done: (error: Error) => void) => done(new Error("full")),
      });
      session.save((error: Error) => response.end(error.message));
    },
    run: visits("/", "/"),
  },
  {
    name: "save on the last of a session that was never stored, with saveUninitialized",
    options: { saveUninitialized: true, resave: true },
    route: ({ session }, response) => void session.save(() => response.end()),
    run: visits("/", "/"),
  },
  {
    name: "destroy",
    route({ session, url }, response) {
      if (url === "/destroy") {
        const answered: unknown = session.destroy((error) =>
          response.end(`${String(error)} ${answered === session}`),
        );
      } else {
        session["who"] = "ada";
        response.end();
      }
    },
    run: visits("/", "/destroy", "/", "/destroy", "/destroy"),
  },
  {
    name: "destroy takes the session from the request at once",
    route(request, response) {
      const { session } = request;
      session["who"] = "ada";
      const done = (): void =>
        void response.end(`${typeof request.session} ${String(request.sessionID === session.id)}`);
      session.destroy(done);
    },
    run: visits("/", "/"),
  },
  {
    name: "regenerate, with data for the new session and without",
    route(request, response) {
      const { id } = request.session;
      request.session["old"] = true;
      if (request.url === "/stay") return void response.end();
      request.session.regenerate((error) => {
        if (request.url === "/data") request.session["who"] = "ada";
        response.end(`${String(error)} ${request.session.id === id} ${request.sessionID === id}`);
      });
    },
    run: visits("/", "/data", "/", "/stay", "/data"),
  },
  {
    name: "regenerate with a store that fails",
    route(request, response, world) {
      request.session["who"] = "ada";
      Object.assign(world.store, {
        destroy: (_: string, done: (error: Error) => void) => done(new Error("stuck")),
      });
      request.session.regenerate((error) => response.end(String(error)));
    },
    run: visits("/", "/"),
  },
  {
    name: "reload of a session that is there, and of one that is not",
    route(request, response, world) {
      const { url, session } = request;
      if (url === "/") {
        session["who"] = "ada";
        return void response.end();
      }
      if (url === "/reload") session["draft"] = true;
      const reload = (): void =>
        void session.reload((error?: Error) => {
          const { who, draft } = request.session;
          response.end(
            `${String(error)} ${String(who)} ${String(draft)} ${request.session === session}`,
          );
        });
      if (url === "/gone") world.store.clear(reload);
      else reload();
    },
    run: visits("/", "/reload", "/gone"),
  },
  {
    name: "many reloads that fail",
    route({ session, url }, response, world) {
      if (url === "/") {
        session["who"] = "ada";
        return void response.end();
      }
      let left = 50;
      const again = (): void => {
        left -= 1;
        if (left === 0) response.end("done");
        else session.reload(again);
      };
      world.store.clear(again);
    },
    run: visits("/", "/many"),
  },
  {
    name: "what can be seen of a session",
    options: { saveUninitialized: true },
    route(request, response) {
      const { session } = request;
      session["who"] = "ada";
      const names: string[] = [];
      for (const name in session) names.push(name);
      response.end(
        JSON.stringify([
          Object.keys(session),
          names,
          session.id === request.sessionID,
          Reflect.get(session, "req") === request,
          session.touch() === session,
          session.resetMaxAge() === session,
          Object.keys(session.cookie),
          Object.keys(JSON.parse(JSON.stringify(session.cookie)) as object),
          session.cookie.maxAge,
          session.cookie.originalMaxAge,
        ]),
      );
    },
    run: visits("/", "/"),
  },
  {
    name: "the request's store: load, all, length, clear, destroy",
    route(request, response) {
      const { sessionStore, sessionID, session, url } = request;
      session["who"] = "ada";
      if (url === "/load") {
        return sessionStore.load(sessionID, (error, loaded) =>
          response.end(JSON.stringify([error, loaded?.["who"], Object.keys(loaded ?? {})])),
        );
      }
      if (url === "/missing") {
        return sessionStore.load("nobody", (error, loaded) =>
          response.end(JSON.stringify([error, loaded])),
        );
      }
      if (url === "/all") {
        return sessionStore.all?.((error, all) =>
          response.end(JSON.stringify([error, Object.keys(all ?? {}).length])),
        );
      }
      if (url === "/length") {
        return sessionStore.length?.((error, count) =>
          response.end(JSON.stringify([error, count])),
        );
      }
      response.end();
    },
    run: visits("/", "/load", "/missing", "/all", "/length"),
  },
  {
    name: "a session loaded without a request can be changed and saved",
    route({ session, sessionStore, sessionID, url }, response) {
      if (url === "/") {
        session["who"] = "ada";
        return void response.end();
      }
      sessionStore.load(sessionID, (_, data) => {
        const loaded = data as typeof session;
        loaded["role"] = "admin";
        loaded.save(() => response.end(`${String(session["role"])} ${loaded.id === session.id}`));
      });
    },
    run: visits("/", "/load", "/load"),
  },
  {
    name: "constructors",
    async run(world) {
      const { Cookie, MemoryStore, Session, Store } = world.session;
      const cookie = new Cookie();
      const store = new MemoryStore();
      world.note(
        JSON.stringify([
          [typeof Cookie, typeof MemoryStore, typeof Session, typeof Store],
          [Cookie.name, MemoryStore.name, Session.name, Store.name],
          [store instanceof Store, new Cookie() instanceof Cookie],
          [cookie.expires, cookie.maxAge, cookie.httpOnly, cookie.path, Object.keys(cookie)],
          Object.keys(world.session).sort(),
        ]),
      );
      await world.visit();
    },
  },
];
