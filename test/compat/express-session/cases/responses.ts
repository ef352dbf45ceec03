import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { Case } from "../world.ts";

/** Ways to write and end a response while there is something to store. */
const endings: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "end()": (response) => response.end(),
  "end(null)": (response) => response.end(null),
  "end(text)": (response) => response.end("hello, world"),
  "end(text, encoding)": (response) => response.end("68c3a9", "hex"),
  "end(bytes)": (response) => response.end(new Uint8Array([104, 105])),
  "end(Buffer)": (response) => response.end(Buffer.from("hé")),
  "end('')": (response) => response.end(""),
  "write, then end": (response) => void (response.write("hello, "), response.end("world")),
  "write, then end()": (response) => void (response.write("hello"), response.end()),
  "a length": (response) => response.setHeader("Content-Length", "12").end("hello, world"),
  "a length in bytes": (response) => response.setHeader("Content-Length", "3").end("hé"),
  "a length and an encoding": (response) =>
    response.setHeader("Content-Length", "3").end("68c3a9", "hex"),
  "a length of 0": (response) => response.setHeader("Content-Length", "0").end(),
  "a length and write": (response) => {
    response.setHeader("Content-Length", "12");
    response.write("hello, ");
    response.end("world");
  },
  "writeHead with a length": (response) =>
    response.writeHead(201, "Made", { "Content-Length": "2", "X-Made": "yes" }).end("ok"),
  "end twice": (response) => {
    response.end("once");
    response.end("twice");
  },
  "a header after the end": (response) => {
    response.end("once");
    assert.throws(() => response.setHeader("X-Late", "1"), { code: "ERR_HTTP_HEADERS_SENT" });
  },
  "no content": (response) => response.writeHead(204).end(),
  "a redirect": (response) => response.writeHead(303, { Location: "/next" }).end(),
};

export const responseCases: readonly Case[] = [
  ...Object.entries(endings).flatMap(([name, end]) =>
    [true, false].map((changes): Case => ({
      name: `${name}, ${changes ? "storing" : "touching"}`,
      route({ session, url }, response) {
        session["who"] = changes ? url : "ada";
        end(response);
      },
      async run(world) {
        for (const path of ["/a", "/b"]) await world.visit(path);
        await world.visit("/head", { method: "HEAD" });
      },
    })),
  ),
  ...["sync", "async"].map((kind): Case => ({
    name: `a store that answers ${kind}`,
    options(session) {
      const sessions = new Map<string, string>();
      const store = new session.MemoryStore();
      const answer = (done: () => void): void => {
        if (kind === "sync") done();
        else setImmediate(done);
      };
      Object.assign(store, {
        touch: undefined,
        get(id: string, done: (error: null, session: unknown) => void) {
          const text = sessions.get(id);
          answer(() => done(null, text === undefined ? null : JSON.parse(text)));
        },
        set(id: string, data: object, done: () => void) {
          sessions.set(id, JSON.stringify(data));
          answer(done);
        },
        destroy(id: string, done: () => void) {
          sessions.delete(id);
          answer(done);
        },
      });
      return { store, unset: "destroy" };
    },
    route(request, response) {
      if (request.url === "/unset") {
        Object.assign(request, { session: null });
        response.write("gone ");
      } else {
        request.session["hits"] = Number(request.session["hits"] ?? 0) + 1;
      }
      response.end(`hits ${String((request.session as object | null) && request.session["hits"])}`);
    },
    async run(world) {
      for (const path of ["/", "/", "/unset", "/"]) await world.visit(path);
    },
  })),
  ...["before", "after"].map((when): Case => {
    const forbidWritingAfterEnd = (response: ServerResponse): void => {
      const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
      const write = response.write.bind(response) as (...args: unknown[]) => boolean;
      let ended = false;
      Object.assign(response, {
        end(...args: unknown[]) {
          ended = true;
          return end(...args);
        },
        write(...args: unknown[]) {
          if (ended) throw new Error("write after end");
          return write(...args);
        },
      });
    };
    return {
      name: `a response that others have patched ${when}`,
      before: (_, response) => void (when === "before" && forbidWritingAfterEnd(response)),
      route({ session }, response) {
        if (when === "after") forbidWritingAfterEnd(response);
        session["who"] = "ada";
        response.write("hello, ");
        response.end("world");
      },
      async run(world) {
        for (const path of ["/", "/"]) await world.visit(path);
      },
    };
  }),
];
