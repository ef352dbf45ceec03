import {
  Inject,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type NestModule,
  type OnApplicationShutdown,
  type Provider,
} from "@nestjs/common";
import { APP_FILTER, ApplicationConfig, HttpAdapterHost } from "@nestjs/core";
import type { Auth } from "../auth.ts";
import { AuthExceptionFilter } from "./nest/exception-filter.ts";
import { openRequests } from "./nest/opened-requests.ts";

export {
  AuthGuard,
  CurrentAuth,
  CurrentPrincipal,
  Public,
  requireAuth,
} from "./nest/auth-guard.ts";
export { AuthExceptionFilter };
export { authOf, type NestRequest } from "./nest/opened-requests.ts";

/** What providers ask for the engine by; `@InjectAuth()` is shorter. */
export const AUTH: unique symbol = Symbol("symbolon");

/** The engine, as a parameter of a constructor. */
export const InjectAuth = (): ReturnType<typeof Inject> => Inject(AUTH);

/** What is used of an engine, whatever its session data. */
type AnyAuth = Pick<Auth, "close" | "handler" | "handles" | "open">;

/** What `SymbolonModule.forRoot` takes. */
export interface SymbolonModuleOptions {
  /** The engine. The module closes it when the application shuts down. */
  readonly auth: AnyAuth;
  /** Whether the account routes lie below the application's global prefix, where it has one. Default true. */
  readonly belowGlobalPrefix?: boolean;
}

/** What `SymbolonModule.forRootAsync` takes: where the options come from. */
export interface SymbolonModuleFactory
  extends Pick<ModuleMetadata, "imports">, Pick<FactoryProvider<SymbolonModuleOptions>, "inject"> {
  readonly useFactory: FactoryProvider<SymbolonModuleOptions>["useFactory"];
}

const OPTIONS = Symbol("symbolon options");

/**
 * Symbolon for NestJS 12, on Express and on Fastify: it knows who sends each request before guards run, answers the account routes,
 * refuses unsafe requests that come with a cookie from another site's page, and answers an `AuthError` with a problem document.
 * Global: import it once. Requests without a credential cost no I/O, and an outage of the store fails none by itself.
 */
export class SymbolonModule implements NestModule, OnApplicationShutdown {
  readonly #options: SymbolonModuleOptions;
  readonly #host: HttpAdapterHost;
  readonly #config: ApplicationConfig;

  constructor(options: SymbolonModuleOptions, host: HttpAdapterHost, config: ApplicationConfig) {
    this.#options = options;
    this.#host = host;
    this.#config = config;
  }

  static forRoot(options: SymbolonModuleOptions): DynamicModule {
    return moduleWith([{ provide: OPTIONS, useValue: options }]);
  }

  static forRootAsync({
    imports = [],
    inject = [],
    useFactory,
  }: SymbolonModuleFactory): DynamicModule {
    return { ...moduleWith([{ provide: OPTIONS, inject, useFactory }]), imports };
  }

  /** With the adapter itself, since paths of Nest's middleware are matched by the rules of each platform. */
  configure(): void {
    const { auth, belowGlobalPrefix = true } = this.#options;
    const prefix = belowGlobalPrefix ? this.#config.getGlobalPrefix() : "";
    this.#host.httpAdapter.use(openRequests(auth as Auth, prefix));
  }

  onApplicationShutdown(): Promise<void> {
    return this.#options.auth.close();
  }
}
// Called as functions: Node runs these sources, and knows no decorators.
Inject(OPTIONS)(SymbolonModule, undefined, 0);
Inject(HttpAdapterHost)(SymbolonModule, undefined, 1);
Inject(ApplicationConfig)(SymbolonModule, undefined, 2);

function moduleWith(providers: readonly Provider[]): DynamicModule {
  return {
    module: SymbolonModule,
    global: true,
    providers: [
      ...providers,
      { provide: AUTH, inject: [OPTIONS], useFactory: ({ auth }: SymbolonModuleOptions) => auth },
      { provide: APP_FILTER, useClass: AuthExceptionFilter },
    ],
    exports: [AUTH],
  };
}
