import type { ServerResponse } from "node:http";
import { Catch, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common";
import { AuthError } from "../../core/errors.ts";
import { problemAnswer } from "../../http/problem.ts";

/** What a guard throws for a person who is to sign in first. */
export class SignInFirst extends Error {
  override readonly name: string = "SignInFirst";
  readonly page: string;

  constructor(page: string, cause: AuthError) {
    super(cause.message, { cause });
    this.page = page;
  }
}

/** What is used of a reply of Fastify. */
interface Reply {
  readonly raw: ServerResponse;
  readonly code: (status: number) => unknown;
  readonly headers: (headers: Readonly<Record<string, string>>) => unknown;
  readonly send: (body: string) => unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Answers an `AuthError`, wherever it was thrown, with a problem document. `SymbolonModule` makes it global; the filters of a controller
 * or a route come before it.
 */
export class AuthExceptionFilter implements ExceptionFilter<AuthError | SignInFirst> {
  catch(error: AuthError | SignInFirst, host: ArgumentsHost): void {
    // Gateways and message patterns have no HTTP response: what they say is their own filters' business.
    if (host.getType() !== "http") throw error;
    const answer: Answer =
      error instanceof SignInFirst
        ? { status: 303, headers: { location: error.page }, body: "" }
        : problemAnswer(error);
    send(host.switchToHttp().getResponse<ServerResponse | Reply>(), answer);
  }
}
// Called as a function: Node runs these sources, and knows no decorators.
Catch(AuthError, SignInFirst)(AuthExceptionFilter);

function send(response: ServerResponse | Reply, { status, headers, body }: Answer): void {
  const raw = "raw" in response ? response.raw : response;
  if (raw.headersSent) {
    // What has begun cannot be answered otherwise, and must not be taken for whole.
    raw.destroy();
    return;
  }
  if ("raw" in response) {
    response.code(status);
    response.headers(headers);
    response.send(body);
    return;
  }
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
