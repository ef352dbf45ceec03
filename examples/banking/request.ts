import type { Express, Request, Response } from "express";
import { AuthError, type Auth, type Principal } from "symbolon";
import type { Bank } from "./bank.ts";
import type { Viewer } from "./layout.ts";
import { deviceName, type SignIns } from "./sign-ins.ts";

/** What the routes work with. */
export interface Banking {
  readonly app: Express;
  readonly auth: Auth & { readonly users: NonNullable<Auth["users"]> };
  readonly bank: Bank;
  readonly signIns: SignIns;
  readonly severalSessions: boolean;
  /** Whether its own cookie is for https alone, as Symbolon's is. */
  readonly https: boolean;
}

/** Who asks, behind `customersOnly` of `banking.ts`. */
export function customerOf({ auth }: Request): Principal {
  if (auth.principal === null) throw new AuthError("unauthenticated");
  return auth.principal;
}

export function viewerOf(req: Request): Viewer {
  const { claims, expiresAt } = customerOf(req);
  const name = typeof claims["name"] === "string" ? claims["name"] : "";
  return { name, secondsLeft: secondsUntil(expiresAt, req.auth.now) };
}

export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.floor((at - now) / 1000));
}

/** For the limits on guessing. */
export function addressOf({ auth }: Request): { readonly address?: string } {
  return auth.address === null ? {} : { address: auth.address };
}

/** What the request came from, for the person who reads it in a list. */
export function deviceOf({ headers }: Request): string {
  return deviceName(headers["user-agent"]);
}

/** Fields of a form; whatever is no text is empty. */
export function textFields<Name extends string>(
  body: unknown,
  names: readonly Name[],
): Record<Name, string> {
  const fields = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const entries = names.map((name) => [name, typeof fields[name] === "string" ? fields[name] : ""]);
  return Object.fromEntries(entries) as Record<Name, string>;
}

/** What a person can mend by trying again, shown on the form. */
const mendable = ["invalid_credentials", "too_many_requests", "sign_in_superseded"];

export function isMendable(error: unknown): error is AuthError {
  return error instanceof AuthError && mendable.includes(error.code);
}

/** Tells programs when trying again makes sense. */
export function retryAfter(res: Response, { retryAfterSeconds }: AuthError): void {
  if (retryAfterSeconds !== undefined) res.set("retry-after", String(retryAfterSeconds));
}
