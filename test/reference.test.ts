import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { errorTable } from "../src/core/errors.ts";
import { accountRoutes } from "../src/http/account-routes.ts";
import { jwksRoute } from "../src/http/jwks.ts";
import { revocationRoutes } from "../src/http/revocation-routes.ts";
import { introspectionRoutes, tokenRevocationRoutes } from "../src/http/token-routes.ts";
import { sessionRoutes } from "../src/http/session-routes.ts";
import { TokenError, type TokenErrorCode } from "../src/tokens/token-error.ts";

const root = new URL("../", import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, "utf8");

/** The part of a page under one heading, up to the next heading of the same depth. */
function section(page: string, heading: string): string {
  const [, after] = page.split(`\n${heading}\n`);
  assert.ok(after !== undefined, `there is no heading ${JSON.stringify(heading)}`);
  const [depth = ""] = heading.split(" ");
  return after.split(new RegExp(`^${depth} `, "m"))[0] ?? "";
}

/** The names in the first cells of the tables, where they stand in backticks. */
function rowNames(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = ""]) => name).sort();
}

/** The properties of an interface, by its source. */
function propertiesOf(source: string, name: string): string[] {
  const body = new RegExp(`interface ${name}(?:<.*>)?(?: extends \\w+)? \\{\n([^]*?)\n\\}`).exec(
    source,
  )?.[1];
  assert.ok(body !== undefined, `there is no interface ${name}`);
  return [...body.matchAll(/^ {2}(?:readonly )?"?([\w.]+)"?\??:/gm)].map(([, key = ""]) => key);
}

/** Where docs/options.md describes the properties of an interface: the section, and what stands before the name. */
const places: Readonly<Record<string, readonly [heading: string, prefix: string]>> = {
  EngineOptions: ["## `createAuth`", ""],
  HttpOptions: ["## `createAuth`", ""],
  AccessTokensOptions: ["## `createAuth`", "accessTokens."],
  RefreshTokensOptions: ["## `createAuth`", "refreshTokens."],
  SessionOptions: ["## `createAuth`", "session."],
  RevocationOptions: ["## `createAuth`", "revocation."],
  CookieOptions: ["## `createAuth`", "cookies."],
  AccountsOptions: ["## `createAuth`", "accounts."],
  PasswordOptions: ["## `createAuth`", "accounts.password."],
  ThrottlingOptions: ["## `createAuth`", "accounts.throttling."],
  AttemptLimitOptions: ["## `createAuth`", "accounts.throttling.*."],
  GuardOptions: ["## `requireAuth` and `createGuard`", ""],
  PageGuardOptions: ["## `requireAuth` and `createGuard`", ""],
  FastifyAuthOptions: ["## `fastifyAuth`", ""],
  HonoAuthOptions: ["## `honoAuth`", ""],
  NextAuthOptions: ["## `nextAuth`", ""],
  SymbolonModuleOptions: ["## `SymbolonModule`", ""],
  Argon2Options: ["## `argon2Hasher`", ""],
  MemoryStoreOptions: ["## `memoryStore`", ""],
  PostgresStoreOptions: ["## `postgresStore`", ""],
  RedisStoreOptions: ["## `redisStore`", ""],
  MysqlStoreOptions: ["## `mysqlStore`", ""],
  RevokeOptions: ["## `revoke` and `revokeAll`", ""],
  BindOptions: ["## `auth.bind`", ""],
  CheckStoreOptions: ["## `checkStore`", ""],
  TokenVerifierOptions: ["## `createTokenVerifier`", ""],
  FollowRevocationsOptions: ["## `followRevocations`", ""],
  StoreRevocationsOptions: ["## `storeRevocations`", ""],
  TokenGuardOptions: ["## Guards of tokens", ""],
  LegacyExpressSessionOptions: ["## `legacyExpressSession`", ""],
  LegacyBetterAuthOptions: ["## `legacyBetterAuth`", ""],
  LegacyAuthJsOptions: ["## `legacyAuthJs`", ""],
  ClientOptions: ["## `createClient`", ""],
};

/** Not for applications. */
const internal: readonly string[] = [
  "ConnectionOptions",
  "PatienceOptions",
  "SecurityHeadersOptions",
];

describe("the reference pages", () => {
  test("docs/errors.md has a row for every error code, with its status, and no other", () => {
    const rows = [...read("docs/errors.md").matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)];
    assert.deepEqual(
      rows.map(([, code, status]) => `${code} ${status}`).sort(),
      Object.entries(errorTable)
        .map(([code, [status]]) => `${code} ${status}`)
        .sort(),
    );
  });

  test("docs/verifying-tokens.md has a row for every code of a TokenError, with its status, and no other", () => {
    const rows = [...read("docs/verifying-tokens.md").matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)];
    const sources = ["src/tokens/token-error.ts", "src/core/access-tokens/verdict.ts"].map(read);
    const codes = sources.flatMap((source) =>
      [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code = ""]) => code as TokenErrorCode),
    );
    assert.deepEqual(
      rows.map(([, code, status]) => `${code} ${status}`).sort(),
      codes.map((code) => `${code} ${new TokenError(code).status}`).sort(),
    );
  });

  test("docs/routes.md has a heading for every route, with its method, and no other", () => {
    const headings = [...read("docs/routes.md").matchAll(/^### `([A-Z]+ \S+)`$/gm)];
    assert.deepEqual(
      headings.map(([, route = ""]) => route).sort(),
      [
        ...sessionRoutes,
        ...accountRoutes,
        ...tokenRevocationRoutes,
        ...revocationRoutes,
        ...introspectionRoutes,
      ]
        .map(({ method, path }) => `${method} /auth${path}`)
        .concat(`${jwksRoute.method} ${jwksRoute.path}`)
        .sort(),
    );
  });

  describe("docs/options.md", () => {
    const page = read("docs/options.md");
    const paths = globSync("src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts"] });
    const sources = paths.map(read);
    // A drop-in replacement has the options of what it replaces; its own page says which it adds.
    const documentedHere = paths.filter((path) => !path.startsWith("src/compat/")).map(read);
    const found = documentedHere.flatMap((source) =>
      [...source.matchAll(/^export interface (\w+Options)[ <]/gm)].map(
        ([, name = ""]) => [name, propertiesOf(source, name)] as const,
      ),
    );

    test("knows every interface of options", () =>
      assert.deepEqual(
        found.map(([name]) => name).sort(),
        [...Object.keys(places), ...internal].sort(),
      ));

    for (const heading of new Set(Object.values(places).map(([heading]) => heading))) {
      test(`has a row for every option under ${heading.slice(3)}, and no other`, () => {
        const options = found.flatMap(([name, properties]) => {
          const place = places[name];
          return place?.[0] === heading ? properties.map((each) => place[1] + each) : [];
        });
        assert.deepEqual(rowNames(section(page, heading)), options.sort());
      });
    }

    test("has a row for every event of auth.on, and no other", () =>
      assert.deepEqual(
        rowNames(section(page, "## Events")),
        propertiesOf(read("src/core/events.ts"), "AuthEvents").sort(),
      ));

    test("has a row for every warning, and no other", () => {
      const codes = sources.flatMap((source) =>
        [...source.matchAll(/warnOnce\(\s*"(\w+)"/g)].map(([, code = ""]) => code),
      );
      assert.deepEqual(rowNames(section(page, "## Warnings")), [...new Set(codes)].sort());
    });
  });

  test("docs/standalone-server.md has a row for every setting, and no other", () => {
    const settings = [...read("src/server/config.ts").matchAll(/setting\("(\w+)"\)/g)].map(
      ([, name = ""]) => name,
    );
    const ofCommand = [...read("src/cli/serve.ts").matchAll(/process\.env\["([A-Z_]+)"\]/g)].map(
      ([, name = ""]) => name,
    );
    assert.deepEqual(
      rowNames(section(read("docs/standalone-server.md"), "## Settings")),
      [...new Set([...settings, ...ofCommand])].sort(),
    );
  });

  test("docs/sessions.md has a row for every field of signIn's input, and no other", () =>
    assert.deepEqual(
      rowNames(section(read("docs/sessions.md"), "## Sign in")),
      // The type has a parameter with defaults, which stands between its name and its body.
      propertiesOf(
        read("src/http/sign-in.ts").replace(/(interface SignInInput)<[^{]+\{/, "$1 {"),
        "SignInInput",
      ).sort(),
    ));
});
