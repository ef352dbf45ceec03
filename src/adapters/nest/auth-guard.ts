import {
  createParamDecorator,
  SetMetadata,
  type CanActivate,
  type CustomDecorator,
  type ExecutionContext,
} from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import type { RegisteredRequestAuth } from "../../auth.ts";
import { createGuard, signInPageFor, type PageGuardOptions } from "../../http/guard.ts";
import { SignInFirst } from "./exception-filter.ts";
import { authOf, rawOf, type NestRequest } from "./opened-requests.ts";

const publicKey = "symbolon:public";
const reflector = new Reflector();

/** Lets strangers through where `AuthGuard` stands before a whole controller or application. */
export const Public = (): CustomDecorator => SetMetadata(publicKey, true);

/** A guard that waits for nothing. */
export interface NestGuard extends CanActivate {
  canActivate(context: ExecutionContext): boolean;
}

/**
 * Lets only those through who are signed in (and fulfil `options`): `@UseGuards(requireAuth({ assurance: "aal2" }))`. The others
 * are answered with a problem document, or sent to `redirectTo` when they asked for a page.
 * @throws TypeError for bad options
 */
export function requireAuth(options: PageGuardOptions = {}): NestGuard {
  const guard = createGuard(options);
  return {
    canActivate(context) {
      const request = requestOf(context);
      const error = guard(authOf(request));
      if (error === null) return true;
      const { method = "GET", headers, originalUrl, url = "/" } = rawOf(request);
      const page = signInPageFor(options, error, { method, headers, url: originalUrl ?? url });
      throw page === null ? error : new SignInFirst(page, error);
    },
  };
}

const signedIn = requireAuth();

/**
 * Lets only those through who are signed in, but for what is `@Public()`. For a controller, `@UseGuards(AuthGuard)`; for the
 * application, `{ provide: APP_GUARD, useClass: AuthGuard }`.
 */
export class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const isPublic = reflector.getAllAndOverride<boolean | undefined>(publicKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    return isPublic === true || signedIn.canActivate(context);
  }
}

/** The parameter that is `req.auth` elsewhere: who the request acts as, and what can be done about it. */
export const CurrentAuth: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): RegisteredRequestAuth => authOf(requestOf(context)),
);

/** The parameter that is who the request acts as; null for a stranger. An outage is an `AuthError`. */
export const CurrentPrincipal: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => authOf(requestOf(context)).principal,
);

function requestOf(context: ExecutionContext): NestRequest {
  if (context.getType() !== "http") {
    throw new TypeError(`there is no HTTP request here, but ${context.getType()}`);
  }
  return context.switchToHttp().getRequest<NestRequest>();
}
