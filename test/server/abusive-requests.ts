/** What an answer must be: a problem document by its code, a page by its heading, or no more than a status. */
export type Expected =
  | { readonly problem: string; readonly status: number }
  | { readonly page: string; readonly status: number }
  | { readonly status: number };

/** One abuse of the server, as bytes on the wire. */
export interface AbusiveRequest {
  readonly name: string;
  readonly bytes: readonly (string | Uint8Array)[];
  readonly expected: Expected;
}

const headers = "Host: localhost\r\nConnection: close\r\n";
const tenMegabytes = Buffer.alloc(10_000_000, "x");
const password = "correct horse battery";

const malformed = { problem: "malformed_request", status: 400 };
const invalid = { problem: "invalid_input", status: 422 };
const tooLarge = { problem: "body_too_large", status: 413 };
const unauthenticated = { problem: "unauthenticated", status: 401 };
const nothingHere = { page: "There is nothing here.", status: 404 };
const tooLargePage = { page: "The request is too large.", status: 413 };
const notUnderstood = { page: "The request could not be understood.", status: 400 };

function get(target: string, more = ""): readonly string[] {
  return [`GET ${target} HTTP/1.1\r\n${headers}${more}\r\n`];
}

function send(
  method: string,
  path: string,
  type: string,
  body: string | Uint8Array,
): AbusiveRequest["bytes"] {
  const head = `${method} ${path} HTTP/1.1\r\n${headers}Content-Type: ${type}\r\n`;
  return [`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`, body];
}

function json(path: string, body: unknown): AbusiveRequest["bytes"] {
  const text = typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  return send("POST", path, "application/json", text);
}

function form(path: string, body: string | Uint8Array): AbusiveRequest["bytes"] {
  return send("POST", path, "application/x-www-form-urlencoded", body);
}

function chunked(path: string, type: string): AbusiveRequest["bytes"] {
  const bytes: (string | Uint8Array)[] = [
    `POST ${path} HTTP/1.1\r\n${headers}Content-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  ];
  for (let sent = 0; sent < tenMegabytes.length; sent += 65_536) {
    const chunk = tenMegabytes.subarray(sent, sent + 65_536);
    bytes.push(`${chunk.length.toString(16)}\r\n`, chunk, "\r\n");
  }
  return [...bytes, "0\r\n\r\n"];
}

function user(fields: Readonly<Record<string, unknown>>): AbusiveRequest["bytes"] {
  return json("/auth/register", { email: "abuse@example.com", password, ...fields });
}

function row(name: string, bytes: AbusiveRequest["bytes"], expected: Expected): AbusiveRequest {
  return { name, bytes, expected };
}

/** Abuses of the account routes. */
export const routeAbuses: readonly AbusiveRequest[] = [
  row("JSON that breaks off", json("/auth/sign-in", "{"), malformed),
  row("no JSON at all", json("/auth/sign-in", ""), malformed),
  row("an array", json("/auth/sign-in", "[]"), malformed),
  row("null", json("/auth/sign-in", "null"), malformed),
  row("JSON that is not UTF-8", json("/auth/sign-in", Buffer.from('{"é":1}', "latin1")), malformed),
  row("arrays 30,000 deep", json("/auth/sign-in", "[".repeat(30_000)), malformed),
  row(
    "objects 10,000 deep",
    json("/auth/sign-in", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`),
    invalid,
  ),
  row(
    "wrong types",
    json("/auth/sign-in", { email: 1, password: ["x"], remember: "yes" }),
    invalid,
  ),
  row(
    "names of Object.prototype",
    json("/auth/sign-in", '{"__proto__":{"email":"x"},"constructor":1}'),
    invalid,
  ),
  row("a NUL in an email", user({ email: "a\0b@example.com" }), invalid),
  row("a NUL in a name", user({ name: "a\0b" }), invalid),
  row("a NUL in a password", user({ password: `${password}\0` }), {
    problem: "weak_password",
    status: 422,
  }),
  row("half a surrogate pair", user({ name: "\ud800" }), invalid),
  row("a password of 5,000 characters", user({ password: "pq".repeat(2_500) }), invalid),
  row(
    "a sign-in with 5,000 characters",
    json("/auth/sign-in", { email: "a@b.example", password: "p".repeat(5_000) }),
    invalid,
  ),
  row("an email of 5,000 characters", user({ email: `${"a".repeat(5_000)}@b.example` }), invalid),
  row("a name of 5,000 characters", user({ name: "n".repeat(5_000) }), invalid),
  row("10 MB", json("/auth/sign-in", tenMegabytes), tooLarge),
  row("10 MB in chunks", chunked("/auth/sign-in", "application/json"), tooLarge),
  row("a form where JSON belongs", form("/auth/sign-in", "email=a&password=b"), {
    problem: "unsupported_media_type",
    status: 415,
  }),
  row(
    "a cookie that is not UTF-8",
    [Buffer.from(get("/auth/session", "Cookie: sym=\xff\xfe\r\n").join(""), "latin1")],
    unauthenticated,
  ),
  row(
    "two forged cookies",
    get("/auth/session", "Cookie: sym=sys_a.b; sym=sys_a.c\r\n"),
    unauthenticated,
  ),
  row("an unknown route", get("/auth/nowhere"), { problem: "not_found", status: 404 }),
  row("a broken escape in a path", get("/auth/sessions/%zz"), {
    problem: "not_found",
    status: 404,
  }),
  row("PROPFIND", [`PROPFIND /auth/session HTTP/1.1\r\n${headers}\r\n`], {
    problem: "method_not_allowed",
    status: 405,
  }),
  row("TRACE", [`TRACE /auth/session HTTP/1.1\r\n${headers}\r\n`], {
    problem: "method_not_allowed",
    status: 405,
  }),
  row("a detour by ..", get("/auth/../auth/session"), unauthenticated),
  row("a detour by %2e%2e", get("/x/%2e%2e/auth/session"), unauthenticated),
  row("another host in the request line", get("http://evil.example/auth/session"), unauthenticated),
  row("HTTP/1.0", ["GET /auth/session HTTP/1.0\r\n\r\n"], unauthenticated),
  row(
    "Expect: 100-continue",
    [
      `POST /auth/sign-in HTTP/1.1\r\n${headers}Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
      "{}",
    ],
    invalid,
  ),
];

/** Abuses of the pages and their forms. */
export const pageAbuses: readonly AbusiveRequest[] = [
  row("an empty form", form("/register", ""), { page: "Register", status: 422 }),
  row("10 MB", form("/sign-in", tenMegabytes), tooLargePage),
  row("10 MB in chunks", chunked("/sign-in", "application/x-www-form-urlencoded"), tooLargePage),
  row("10 MB to nowhere", json("/nowhere", tenMegabytes), tooLargePage),
  row("fields twice", form("/register", "email=a&email=b&password=c&password=d"), {
    page: "Register",
    status: 422,
  }),
  row(
    "NULs",
    form("/register", "email=a%00b%40b.example&password=correct+horse+battery&name=%00"),
    { page: "Register", status: 422 },
  ),
  row(
    "5,000 characters everywhere",
    form(
      "/register",
      `email=${"a".repeat(5_000)}%40b.example&password=${"pq".repeat(2_500)}&name=${"n".repeat(5_000)}`,
    ),
    { page: "Register", status: 422 },
  ),
  row(
    "a form that is not UTF-8",
    form("/sign-in", Buffer.from("email=%ff%fe&password=\xff\xfe", "latin1")),
    { page: "Sign in", status: 401 },
  ),
  row("broken escapes", form("/sign-in", "email=%zz%&password=%"), {
    page: "Sign in",
    status: 401,
  }),
  row("JSON where a form belongs", json("/sign-in", "{"), { page: "Sign in", status: 422 }),
  row(
    "a file where text belongs",
    send(
      "POST",
      "/sign-in",
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="email"; filename="a"\r\n\r\nb\r\n--x--\r\n',
    ),
    { page: "Sign in", status: 422 },
  ),
  row(
    "parts with another boundary",
    send("POST", "/sign-in", "multipart/form-data; boundary=x", "--y\r\n"),
    notUnderstood,
  ),
  row(
    "parts without a boundary",
    send("POST", "/sign-in", "multipart/form-data", "--y\r\n"),
    notUnderstood,
  ),
  row("a password change by nobody", form("/account/password", "currentPassword=a&newPassword=b"), {
    page: "Sign in to continue.",
    status: 401,
  }),
  row("an unknown page", get("/nowhere"), nothingHere),
  row("a method that no page has", [`PROPFIND /account HTTP/1.1\r\n${headers}\r\n`], nothingHere),
  row("two slashes", get("//auth/session"), nothingHere),
  row("an escaped slash", get("/auth%2fsession"), nothingHere),
  row("a broken escape", get("/%zz%ff"), nothingHere),
  row("a path of 12,000 characters", get(`/${"a".repeat(12_000)}`), nothingHere),
  row("HTTP/1.0", ["GET /sign-in HTTP/1.0\r\n\r\n"], { page: "Sign in", status: 200 }),
];

/** What is no HTTP that a server has to understand: the connection ends with a status at most. */
export const protocolAbuses: readonly AbusiveRequest[] = [
  row("a method that does not exist", [`BREW /auth/session HTTP/1.1\r\n${headers}\r\n`], {
    status: 400,
  }),
  row("CONNECT", [`CONNECT example.com:443 HTTP/1.1\r\n${headers}\r\n`], { status: 0 }),
  row("OPTIONS *", [`OPTIONS * HTTP/1.1\r\n${headers}\r\n`], { status: 400 }),
  row("no Host", ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n"], { status: 400 }),
  row("a Host that is none", ["GET / HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n"], {
    status: 400,
  }),
  row("bytes in a path", [Buffer.from(get("/\xff\xfe").join(""), "latin1")], { status: 400 }),
  row("a header of 40,000 characters", get("/", `X-Big: ${"x".repeat(40_000)}\r\n`), {
    status: 431,
  }),
  row(
    "an expectation that is none",
    [`POST /auth/sign-in HTTP/1.1\r\n${headers}Expect: tea\r\nContent-Length: 2\r\n\r\n`, "{}"],
    { status: 417 },
  ),
  row(
    "a negative length",
    [`POST /auth/sign-in HTTP/1.1\r\n${headers}Content-Length: -5\r\n\r\n`],
    { status: 400 },
  ),
  row(
    "two lengths",
    [
      `POST /auth/sign-in HTTP/1.1\r\n${headers}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    { status: 400 },
  ),
  row("TLS", ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], { status: 400 }),
];
