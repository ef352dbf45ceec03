import { createHmac, randomBytes } from "node:crypto";
import type { Case, World } from "../world.ts";

const buffer = randomBytes(32);

/** Two visits of one visitor, and one of somebody new. */
async function comeAndReturn(world: World): Promise<void> {
  await world.visit();
  await world.visit();
  world.cookie = undefined;
  await world.visit();
}

const remembers: NonNullable<Case["route"]> = (request, response) => {
  const session = request.session as typeof request.session | undefined;
  if (session === undefined) return void response.end("no session");
  session["visits"] = Number(session["visits"] ?? 0) + 1;
  response.end(`visit ${String(session["visits"])}`);
};

const behindProxy =
  (forwarded: string | undefined) =>
  async (world: World): Promise<void> => {
    await world.visit("/", forwarded ? { headers: { "x-forwarded-proto": forwarded } } : {});
  };

const attributes: Case[] = [
  { cookie: {} },
  { cookie: { maxAge: 5_000, httpOnly: false } },
  { cookie: { path: "/", domain: "example.com", priority: "high" as const } },
  { cookie: { sameSite: "strict" as const } },
  { cookie: { sameSite: true } },
  { cookie: { sameSite: "none" as const, partitioned: true } },
  { cookie: { sameSite: false } },
  { cookie: { partitioned: true } },
  { cookie: { partitioned: false } },
  { cookie: { expires: new Date(Date.UTC(2027, 0, 1)) } },
  { cookie: { expires: new Date(Number.NaN) } },
  { cookie: { sameSite: "sometimes" as never } },
  { cookie: { priority: "urgent" as never } },
  { cookie: { domain: "a; Secure" } },
  { cookie: { path: "/\n" } },
  { name: "a name" },
].map((options) => ({
  name: `a cookie with ${JSON.stringify(options)}`,
  options,
  route: remembers,
  run: comeAndReturn,
}));

const secure: Case[] = [true, false, undefined].flatMap((proxy) =>
  [true, "auto" as const].flatMap((secure) =>
    ["https", "https,http", "http, https", undefined].map((forwarded) => ({
      name: `secure: ${String(secure)} with proxy: ${String(proxy)} and X-Forwarded-Proto: ${String(forwarded)}`,
      options: { cookie: { secure }, ...(proxy === undefined ? {} : { proxy }) },
      route: remembers,
      run: behindProxy(forwarded),
    })),
  ),
);

export const cookieCases: readonly Case[] = [
  ...attributes,
  ...secure,
  {
    name: "req.secure of the framework decides when nothing is said about proxies",
    options: { cookie: { secure: "auto" } },
    before: (request) => Object.assign(request, { secure: request.headers["x-tls"] === "yes" }),
    route: remembers,
    async run(world) {
      for (const tls of ["yes", "no"]) await world.visit("/", { headers: { "x-tls": tls } });
    },
  },
  {
    name: "req.secure does not count when proxies are distrusted",
    options: { cookie: { secure: true }, proxy: false },
    before: (request) => Object.assign(request, { secure: true }),
    route: remembers,
    run: (world) => comeAndReturn(world),
  },
  {
    name: "sameSite: 'auto'",
    options: { cookie: { sameSite: "auto" as never, secure: "auto" }, proxy: true },
    route: remembers,
    run: behindProxy("https"),
  },
  {
    name: "cookie options from a function of the request",
    options: { cookie: (request) => ({ path: request.url === "/a" ? "/a" : "/b", maxAge: 1_000 }) },
    route: remembers,
    async run(world) {
      for (const path of ["/a", "/b", "/c"]) await world.visit(path);
    },
  },
  {
    name: "a path below which the session lives",
    options: { cookie: { path: "/foo/bar" } },
    route: ({ session }, response) => void response.end(typeof session),
    async run(world) {
      for (const path of ["/", "/foo/bar", "/foo/bar/baz?x=/", "/foo/foo/bar", "/FOO/bar"]) {
        await world.visit(path);
      }
    },
  },
  {
    name: "a path under a mounted router",
    options: { cookie: { path: "/foo/bar" } },
    before(request) {
      request.originalUrl = request.url;
      request.url = request.url.slice("/foo".length);
    },
    route: ({ session }, response) => void response.end(typeof session),
    async run(world) {
      for (const path of ["/foo/bar", "/foo/foo/bar"]) await world.visit(path);
    },
  },
  ...["", "*", "http://example.com/foo?x"].map((url) => ({
    name: `the request target ${JSON.stringify(url)}`,
    options: { cookie: { path: "/" } },
    before: (request: { url?: string }) => void (request.url = url),
    route: remembers,
    run: comeAndReturn,
  })),
  {
    name: "another name, also by its old option",
    options: { key: "sessid" },
    route: remembers,
    run: comeAndReturn,
  },
  ...["nyan cat", ["keyboard cat", "nyan cat"], buffer, new Uint8Array([1, 2, 3])].map(
    (secret) => ({
      name: `a secret such as ${typeof secret === "string" ? secret : secret.constructor.name}`,
      options: { secret },
      route: remembers,
      run: comeAndReturn,
    }),
  ),
  {
    name: "ids of the application's own, encoded and signed",
    options: { genid: (request) => `${request.url} %;"ü` },
    route: remembers,
    run: comeAndReturn,
  },
  {
    name: "cookies that are not ours",
    options: { secret: ["new", "old"] },
    route: remembers,
    async run(world) {
      await world.visit();
      const good = decodeURIComponent((world.cookie ?? "").replace("connect.sid=", ""));
      const [id = ""] = good.slice(2).split(".");
      const byOld = createHmac("sha256", "old").update(id).digest("base64").replaceAll("=", "");
      for (const value of [
        `s:${id}.${byOld}`,
        `"s%3A${id}.${encodeURIComponent(byOld)}"`,
        `s:${id}.${byOld}=`,
        `s:${id}.${byOld.slice(1)}`,
        `s:x${id}.${byOld}`,
        `s:${id}.`,
        `s:${id}`,
        `s:.${byOld}`,
        `j:${id}.${byOld}`,
        id,
        "",
        "%E0%A4%A",
        "s%3A%",
      ]) {
        world.cookie = `other=1; connect.sid=${value}`;
        await world.visit();
      }
      for (const header of [
        `connect.sid=bad; connect.sid=s:${id}.${byOld}`,
        `connect.sid=s:${id}.${byOld}; connect.sid=bad`,
        `xconnect.sid=s:${id}.${byOld}`,
        `connect.sid =  s:${id}.${byOld} ;`,
      ]) {
        world.cookie = header;
        await world.visit();
      }
    },
  },
  {
    name: "the secret that a cookie parser left",
    options: { secret: undefined },
    before: (request) => Object.assign(request, { secret: "from the parser" }),
    route: remembers,
    run: comeAndReturn,
  },
  { name: "no secret at all", options: { secret: undefined }, run: comeAndReturn },
  {
    name: "a cookie that only a cookie parser has seen",
    before(request) {
      const header = request.headers.cookie;
      if (header === undefined) return;
      const value = decodeURIComponent(header.slice(header.indexOf("=") + 1));
      delete request.headers.cookie;
      if (request.url === "/cookies") request.cookies = { "connect.sid": value };
      if (request.url === "/unsigned") request.cookies = { "connect.sid": value.slice(2) };
      if (request.url === "/bad") request.cookies = { "connect.sid": `${value}x` };
      if (request.url === "/signed") {
        request.signedCookies = { "connect.sid": value.slice(2, value.lastIndexOf(".")) };
      }
      if (request.url === "/refused") request.signedCookies = { "connect.sid": false };
    },
    route: remembers,
    async run(world) {
      for (const path of [
        "/",
        "/cookies",
        "/unsigned",
        "/cookies",
        "/bad",
        "/signed",
        "/refused",
      ]) {
        await world.visit(path);
      }
    },
  },
  {
    name: "cookies that the application sets itself, before and with the head",
    route(request, response) {
      request.session["who"] = "ada";
      response.setHeader("Set-Cookie", "first=1");
      if (request.url === "/head")
        response.writeHead(200, { "Set-Cookie": ["second=2", "third=3"] });
      response.end();
    },
    async run(world) {
      for (const path of ["/", "/head"]) {
        world.cookie = undefined;
        await world.visit(path);
      }
    },
  },
  {
    name: "attributes that the application changes on one session",
    options: { proxy: true, cookie: { secure: true, maxAge: 2_000 } },
    route({ session, url }, response) {
      session["visits"] = Number(session["visits"] ?? 0) + 1;
      if (url === "/plain") session.cookie.secure = false;
      if (url === "/longer") session.cookie.maxAge = 3_000_000_000;
      if (url === "/past") session.cookie.expires = new Date(0);
      if (url === "/browser") session.cookie.expires = null;
      response.end(JSON.stringify([session.cookie, session.cookie.originalMaxAge]));
    },
    async run(world) {
      for (const path of ["/plain", "/longer", "/", "/browser", "/", "/past"]) {
        await world.visit(path);
      }
    },
  },
];
