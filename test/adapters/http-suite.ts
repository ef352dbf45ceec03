import { describe, test, type TestContext } from "node:test";
import { AuthError, type Auth, type AuthOptions, type Carrier } from "symbolon";
import { passTime } from "../support/pass-time.ts";
import { Visitor } from "../support/visitor.ts";
import { makeApplication, type Application } from "./application.ts";
import { accountCases } from "./cases/account-cases.ts";
import { applicationCases } from "./cases/application-cases.ts";
import { bindingCases } from "./cases/binding-cases.ts";
import { cookieCases } from "./cases/cookie-cases.ts";
import { credentialCases } from "./cases/credential-cases.ts";
import { crossSiteCases } from "./cases/cross-site-cases.ts";
import { inlineCases } from "./cases/inline-cases.ts";
import { outageCases } from "./cases/outage-cases.ts";
import { refreshCases } from "./cases/refresh-cases.ts";
import { revocationCases } from "./cases/revocation-cases.ts";
import { transportCases } from "./cases/transport-cases.ts";
import { carriers, strategies, type HttpCase, type ServedApp, type Strategy } from "./http-case.ts";

export const httpCases: readonly HttpCase[] = [
  ...applicationCases,
  ...accountCases,
  ...refreshCases,
  ...inlineCases,
  ...crossSiteCases,
  ...credentialCases,
  ...cookieCases,
  ...revocationCases,
  ...outageCases,
  ...bindingCases,
  ...transportCases,
];

/** A way to serve an application. */
export interface Host {
  readonly name: string;
  /** Whether the application reads JSON bodies itself. */
  readonly parsesJson?: boolean;
  /** Whether its runtime has WebSockets; it has unless told otherwise. */
  readonly hasSockets?: boolean;
  /** Cases by name, and why they say nothing of this host. */
  readonly except?: Readonly<Record<string, string>>;
  /** Serves until the test has ended; answers the base address, perhaps with a path. */
  readonly serve: (context: TestContext, auth: Auth) => Promise<string>;
}

/** Everything that every adapter must do, with every strategy and carrier. */
export function testHost(host: Host): void {
  describe(host.name, () => {
    for (const strategy of strategies) {
      for (const carrier of carriers) {
        describe(`${strategy}, ${carrier}`, () => {
          for (const each of httpCases) {
            if (!isFor(each, strategy, carrier) || host.except?.[each.name] !== undefined) continue;
            if (each.needs === "sockets" && host.hasSockets === false) continue;
            test(each.name, async (context) =>
              each.run(await serveOn(context, host, { ...each.options, strategy }, carrier)),
            );
          }
        });
      }
    }
  });
}

function isFor(
  { carriers: only = carriers, except = {} }: HttpCase,
  strategy: Strategy,
  carrier: Carrier,
): boolean {
  return only.includes(carrier) && except[strategy] === undefined;
}

/** Serves a deployment for one test. */
export async function serveOn(
  context: TestContext,
  host: Host,
  options: Partial<AuthOptions> & { readonly strategy: Strategy },
  carrier: Carrier,
  sibling?: Application,
): Promise<ServedApp> {
  const application = makeApplication(options, sibling);
  const { auth, clock } = application;
  context.after(async () => {
    // In an outage it cannot say goodbye.
    application.store.failure = null;
    await auth.close().catch(unlessUnavailable);
  });
  const base = await host.serve(context, auth);
  return {
    ...application,
    base,
    parsesJson: host.parsesJson ?? false,
    strategy: options.strategy,
    carrier,
    visitor: (headers) => new Visitor(base, carrier, headers),
    async pass(ms) {
      const last = Math.min(ms, 3_000);
      clock.advance(ms - last);
      await passTime(clock, last);
    },
    beside: (changes = {}) =>
      serveOn(context, host, { ...options, ...changes }, carrier, application),
  };
}

function unlessUnavailable(error: unknown): void {
  if (!(error instanceof AuthError) || error.code !== "store_unavailable") throw error;
}
