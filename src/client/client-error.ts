import type { ProblemDocument } from "../http/wire.ts";

/** What went wrong: a code of the server, or one of those that the client says itself. */
export type ClientErrorCode =
  | ProblemDocument["code"]
  /** No answer came: offline, or the server is down. */
  | "unreachable"
  /** An answer came that is none of the server's: of a proxy, of a hotel's sign-in page. */
  | "unexpected_answer"
  /** The access token was renewed, but a body that is a stream can be sent once only. */
  | "stream_not_resent";

export interface ClientErrorDetails {
  readonly status?: number;
  readonly fields?: ProblemDocument["errors"];
  readonly retryAfterSeconds?: number | null;
  readonly cause?: unknown;
}

/** The one error of the client's own calls. Decide by `code`, show `message`. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  /** Of the answer; 0 where none came. */
  readonly status: number = 0;
  /** Which fields of the input need another look. */
  readonly fields: NonNullable<ProblemDocument["errors"]> = [];
  /** When trying again makes sense; null where the server did not say. */
  readonly retryAfterSeconds: number | null = null;

  constructor(
    code: ClientErrorCode,
    message: string,
    { cause, ...details }: ClientErrorDetails = {},
  ) {
    super(message, { cause });
    this.code = code;
    Object.assign(this, details);
  }
}

/** What an answer that is not ok says. Only a problem document of ours counts as the server's word. */
export async function errorIn(response: Response): Promise<ClientError> {
  const { status, headers } = response;
  const details = { status, retryAfterSeconds: Number(headers.get("retry-after")) || null };
  const isProblem = headers.get("content-type")?.startsWith("application/problem+json") === true;
  const problem = isProblem ? ((await jsonOf(response)) as ProblemDocument | null) : null;
  // Proxies and gateways have problems of their own.
  if (problem?.type !== `urn:symbolon:error:${problem?.code}`) return unexpected(details);
  const { code, detail, errors: fields = [] } = problem;
  return new ClientError(code, detail, { ...details, fields });
}

/** The JSON of an answer that is ok; null where it has no body. @throws ClientError `unexpected_answer` */
export async function bodyOf<Body>(response: Response): Promise<Body> {
  if (response.status === 204) return null as Body;
  const body = await jsonOf(response);
  // A page that somebody on the way put there, such as the sign-in page of a network.
  if (typeof body !== "object") throw unexpected({ status: response.status });
  return body as Body;
}

/** What was thrown on the way to an answer. */
export function asClientError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  return new ClientError("unreachable", "The server cannot be reached.", { cause: thrown });
}

function unexpected(details: ClientErrorDetails): ClientError {
  return new ClientError("unexpected_answer", "The answer is not one of the server's.", details);
}

/** Undefined for what is no JSON. */
function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined);
}
