import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import { alice } from "../support/auth.ts";
import { ask, observedAuth, registered } from "../support/served-app.ts";

/**
 * Go's own cases for its cross-origin protection, as data. They lie beside the repository, not in it, so outside of
 * continuous integration they may be missing.
 */

const path = resolve(import.meta.dirname, "../../../shared/vectors/cross-origin-cases.json");
const isThere = existsSync(path);

type Row = readonly (string | number | boolean)[];
type Vectors = Readonly<Record<string, readonly Row[]>>;

const trusted = "https://trusted.example";

if (!isThere) {
  const reason = "../shared/vectors/cross-origin-cases.json is not there";
  test("Go's cross-origin cases", { skip: process.env["CI"] === "true" ? false : reason }, () => {
    assert.fail(reason);
  });
} else {
  const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors;
  const { secFetchSite = [], addTrustedOriginErrors = [], server = [] } = vectors;
  const trustedRows = vectors[`trustedOrigin_${trusted}`] ?? [];
  const bypass = Object.entries(vectors).find(([name]) => name.startsWith("bypass_"))?.[1] ?? [];

  describe("Go's cross-origin cases: Sec-Fetch-Site and Origin", () => {
    for (const [name, method, site, origin, status] of secFetchSite) {
      test(String(name), () => check({ method, site, origin, status }));
    }
    test("there are rows", () => assert.ok(secFetchSite.length >= 12));
  });

  describe(`Go's cross-origin cases: ${trusted} is trusted`, () => {
    for (const [name, origin, site, status] of trustedRows) {
      test(String(name), () =>
        check({ method: "POST", site, origin, status, trustedOrigins: [trusted] }),
      );
    }
    test("there are rows", () => assert.ok(trustedRows.length >= 4));
  });

  describe("Go's cross-origin cases: what can be trusted", () => {
    for (const [origin, fails] of addTrustedOriginErrors) {
      test(`${fails === true ? "refuses" : "takes"} "${String(origin)}"`, () => {
        const make = () => observedAuth({ trustedOrigins: [String(origin)] });
        if (fails === true) assert.throws(make, TypeError);
        else make();
      });
    }
    test("there are rows", () => assert.ok(addTrustedOriginErrors.length >= 12));
  });

  describe("Go's cross-origin cases: the whole server", () => {
    for (const [method, route, origin, site, status] of server) {
      const isBypass = route !== "/";
      const name = `${String(method)} ${String(route)} ${String(origin)} ${String(site)}`;
      test(
        name,
        { skip: isBypass && "bypass patterns are Go's own API; Symbolon has none" },
        () => {
          const said = origin === "<self>" ? "https://example.com" : origin;
          return check({ method, site, origin: said, status, trustedOrigins: [trusted] });
        },
      );
    }
    test("there are rows", () => assert.ok(server.length >= 6));
  });

  test(`the ${bypass.length} cases of bypass patterns`, {
    skip: "bypass patterns are Go's own API; Symbolon has none",
  });
}

interface Case {
  readonly method: Row[number] | undefined;
  readonly site: Row[number] | undefined;
  readonly origin: Row[number] | undefined;
  readonly status: Row[number] | undefined;
  readonly trustedOrigins?: readonly string[];
}

/** Go answers 200 where nothing refuses; of ours, a route that changes something and one that does not stand in for it. */
async function check({ method, site, origin, status, trustedOrigins = [] }: Case): Promise<void> {
  const isSafe = ["GET", "HEAD", "OPTIONS"].includes(String(method));
  for (const baseUrl of ["https://example.com", undefined]) {
    const { auth } = observedAuth({
      trustedOrigins,
      production: true,
      dangerouslyAllowVolatileStore: true,
      ...(baseUrl !== undefined && { baseUrl }),
    });
    const cookie = await registered(auth, alice);
    const headers = {
      cookie,
      host: "example.com",
      ...(site !== "" && { "sec-fetch-site": String(site) }),
      ...(origin !== "" && { origin: String(origin) }),
    };
    if (isSafe) {
      const answer = await ask(auth, "/auth/session", { method: String(method), headers });
      assert.ok(answer.status === 200 || answer.status === 204);
      assert.equal(status, 200);
    } else {
      const refused = await auth
        .authenticate(headers, { method: String(method) })
        .then(() => false)
        .catch((error: { code?: unknown }) => error.code === "cross_site_request");
      assert.equal(refused, status === 403);
      const answer = await ask(auth, "/auth/refresh", { method: "POST", headers });
      assert.equal(answer.status, status);
    }
  }
}
