import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import {
  Catch,
  Controller,
  Get,
  Post,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type DynamicModule,
  type ExceptionFilter,
  type Provider,
  type Type,
} from "@nestjs/common";
import { APP_FILTER, APP_GUARD, NestFactory, type AbstractHttpAdapter } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { AuthError, type Auth, type Principal, type RequestAuth } from "symbolon";
import {
  AUTH,
  AuthGuard,
  CurrentAuth,
  CurrentPrincipal,
  Public,
  requireAuth,
  SymbolonModule,
} from "symbolon/nest";
import { alice } from "../support/auth.ts";
import { Client } from "../support/client.ts";
import { makeApplication } from "./application.ts";
import { testHost } from "./http-suite.ts";
import { nestHost } from "./nest-host.ts";

testHost(nestHost("Nest on Express", () => new ExpressAdapter(), { parsesJson: true }));

class Pages {
  async login(auth: RequestAuth): Promise<object> {
    await auth.signIn({ userId: "u1" });
    return { ok: true };
  }

  open(principal: Principal | null): object {
    return { userId: principal?.userId ?? null };
  }

  closed(principal: Principal): object {
    return { userId: principal.userId };
  }

  failing(): never {
    throw new AuthError("too_many_requests", { retryAfterSeconds: 7 });
  }
}

/** Decorates a method as `@…` would, which Node does not know. */
function decorate(name: keyof Pages, ...decorators: readonly MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(Pages.prototype, name);
  for (const decorator of decorators) decorator(Pages.prototype, name, descriptor ?? {});
}

CurrentAuth()(Pages.prototype, "login", 0);
CurrentPrincipal()(Pages.prototype, "open", 0);
CurrentPrincipal()(Pages.prototype, "closed", 0);
decorate("login", Post("login"), Public());
decorate("open", Get("open"), Public());
decorate("closed", Get("closed"));
decorate("failing", Get("failing"), Public());
Controller()(Pages);

interface Parts {
  readonly imports: DynamicModule[];
  readonly providers?: Provider[];
  readonly controllers?: Type[];
}

/** Serves an application until the test ends; answers its address. */
async function serve(
  t: TestContext,
  adapter: AbstractHttpAdapter,
  { imports, providers = [], controllers = [Pages] }: Parts,
  prefix: string = "",
): Promise<string> {
  class Application {}
  const app = await NestFactory.create(
    { module: Application, imports, providers, controllers },
    adapter,
    { logger: false, abortOnError: false, forceCloseConnections: true },
  );
  if (prefix !== "") app.setGlobalPrefix(prefix);
  await app.listen(0, "127.0.0.1");
  t.after(() => app.close());
  return `http://localhost:${new URL(await app.getUrl()).port}`;
}

/** A filter for everything, which tells what it hears and answers. */
function filterThat(hear: (error: unknown) => unknown): Type<ExceptionFilter> {
  class Everything implements ExceptionFilter<unknown> {
    catch(error: unknown, host: ArgumentsHost): void {
      hear(error);
      host.switchToHttp().getResponse<{ send(text: string): void }>().send("caught");
    }
  }
  Catch()(Everything);
  return Everything;
}

const platforms = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
};

for (const [platform, makeAdapter] of Object.entries(platforms)) {
  describe(`SymbolonModule on ${platform}`, () => {
    test("guards a whole application, but for what is public", async (t) => {
      const { auth } = makeApplication();
      const url = await serve(t, makeAdapter(), {
        imports: [SymbolonModule.forRoot({ auth })],
        providers: [{ provide: APP_GUARD, useClass: AuthGuard }],
      });
      const client = new Client(url);
      assert.deepEqual((await client.get("/open")).json, { userId: null });
      const stranger = await client.get("/closed");
      assert.deepEqual([stranger.status, stranger.json["code"]], [401, "unauthenticated"]);
      assert.equal(stranger.headers.get("www-authenticate"), "Bearer");
      const login = await client.post("/login");
      assert.equal(login.headers.get("cache-control"), "private, no-store");
      assert.deepEqual((await client.get("/closed")).json, { userId: "u1" });
      assert.deepEqual((await client.get("/open")).json, { userId: "u1" });
    });

    test("answers an AuthError with its status and headers, unless a controller has a filter for it", async (t) => {
      const { auth } = makeApplication();
      const imports = [SymbolonModule.forRoot({ auth })];
      const plain = await fetch(`${await serve(t, makeAdapter(), { imports })}/failing`);
      assert.deepEqual([plain.status, plain.headers.get("retry-after")], [429, "7"]);
      assert.match(plain.headers.get("content-type") ?? "", /^application\/problem\+json/);

      const caught: unknown[] = [];
      class Own extends Pages {}
      UseFilters(filterThat((error) => caught.push(error)))(Own);
      Controller()(Own);
      const url = await serve(t, makeAdapter(), { imports, controllers: [Own] });
      const own = await fetch(`${url}/failing`);
      assert.deepEqual([await own.text(), caught[0] instanceof AuthError], ["caught", true]);
    });

    test("has its routes below the global prefix, or beside it", async (t) => {
      for (const belowGlobalPrefix of [true, false]) {
        const { auth } = makeApplication({ strategy: "hybrid" });
        const imports = [SymbolonModule.forRoot({ auth, belowGlobalPrefix })];
        const url = await serve(t, makeAdapter(), { imports }, "api");
        const [here, elsewhere] = belowGlobalPrefix ? ["/api", ""] : ["", "/api"];
        const client = new Client(url);
        const answer = await client.post(`${here}/auth/register`, alice);
        assert.equal(answer.status, 201, answer.text);
        const refresh = answer.headers.getSetCookie().find((field) => field.includes("_refresh="));
        assert.match(refresh ?? "", new RegExp(`; Path=${here}/auth/refresh;`));
        assert.notEqual((await client.get("/api/closed")).json["userId"], undefined);
        assert.equal((await client.get(`${elsewhere}/auth/session`)).status, 404);
      }
    });

    test("can be made later, hands out the engine, and closes it with the application", async (t) => {
      const { auth } = makeApplication();
      const closed: string[] = [];
      const engine: Auth = {
        ...auth,
        close: async () => {
          closed.push("closed");
          await auth.close();
        },
      };
      class Application {}
      const app = await NestFactory.create(
        {
          module: Application,
          imports: [SymbolonModule.forRootAsync({ useFactory: async () => ({ auth: engine }) })],
        },
        makeAdapter(),
        { logger: false, abortOnError: false },
      );
      await app.init();
      t.assert.equal(app.get(AUTH), engine);
      await app.close();
      assert.deepEqual(closed, ["closed"]);
    });

    test("is missed by a guard without it, in words that help", async (t) => {
      class Guarded {
        page(): object {
          return {};
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Guarded.prototype, "page") ?? {};
      UseGuards(requireAuth())(Guarded.prototype, "page", descriptor);
      Get("page")(Guarded.prototype, "page", descriptor);
      Controller()(Guarded);
      const errors: unknown[] = [];
      const providers = [
        { provide: APP_FILTER, useClass: filterThat((error) => errors.push(error)) },
      ];
      const url = await serve(t, makeAdapter(), { imports: [], providers, controllers: [Guarded] });
      await fetch(`${url}/page`);
      assert.match(String(errors[0]), /TypeError: .*SymbolonModule\.forRoot\(\{ auth \}\)/);
    });
  });
}
