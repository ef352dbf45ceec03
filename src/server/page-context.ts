import type { Context } from "hono";
import type { HttpBindings } from "@hono/node-server";
import { AuthError } from "../core/errors.ts";
import type { Accounts } from "../core/users/accounts.ts";
import type { AccountAction } from "../http/account-actions.ts";
import type { Peer } from "../http/handler.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import type { FormProblems } from "./pages/form.ts";
import type { Viewer } from "./pages/layout.ts";

/** What a page's handler finds in its context. */
export interface PageEnv {
  // Absent where there is no connection, as in tests.
  readonly Bindings: Partial<HttpBindings>;
  readonly Variables: AccountAction;
}

export type PageContext = Context<PageEnv>;

/** Who is on the other end of the connection. */
export function peerOf(context: PageContext): Peer {
  const socket = context.env.incoming?.socket;
  return {
    remoteAddress: socket?.remoteAddress,
    encrypted: socket !== undefined && "encrypted" in socket,
  };
}

/** The account actions' view of the request. */
export function actionOf(context: PageContext): AccountAction {
  return { auth: context.var.auth, accounts: context.var.accounts };
}

/** Who looks at the page, for its header. */
export async function viewerOf(auth: RequestAuth, accounts: Accounts): Promise<Viewer> {
  if (auth.status === "unavailable") return "unknown";
  return auth.principal === null ? null : accounts.find(auth.principal.userId);
}

/** The text fields of a posted form. @throws AuthError `malformed_request` */
export async function formOf(context: PageContext): Promise<Readonly<Record<string, string>>> {
  try {
    const fields = Object.entries(await context.req.parseBody());
    return Object.fromEntries(
      fields.filter((field): field is [string, string] => typeof field[1] === "string"),
    );
  } catch (cause) {
    throw new AuthError("malformed_request", { cause });
  }
}

/**
 * What a form shows of an error: beside its fields where it names any, else above the form.
 * @throws the error itself when the form cannot do anything about it
 */
export function problemsOf(
  error: unknown,
): FormProblems & { readonly status: 401 | 409 | 422 | 429 } {
  if (!(error instanceof AuthError)) throw error;
  switch (error.status) {
    case 401:
    case 409:
    case 422:
    case 429:
      return {
        status: error.status,
        errors: error.fields,
        problem: error.fields.length > 0 ? null : (error.detail ?? error.message),
      };
    default:
      throw error;
  }
}
