import * as v from "valibot";
import type { Accounts } from "../core/users/accounts.ts";
import { AuthError, type FieldError } from "../core/errors.ts";
import type { UserRecord } from "../core/users/user-store.ts";
import type { RequestAuth } from "./request-auth.ts";
import type { SignInResult } from "./sign-in.ts";
import type { TokensBody } from "./wire.ts";

/** What the account actions work on: one request, and the accounts. */
export interface AccountAction {
  readonly auth: RequestAuth;
  readonly accounts: Accounts;
}

/** A user and the session that was opened for them. */
export interface SignedIn extends SignInResult {
  readonly user: UserRecord;
}

// What is missing is like what is empty: the person sees the same sentence.
const email = v.nullish(
  v.pipe(
    v.string("Enter your email address."),
    v.nonEmpty("Enter your email address."),
    v.maxLength(320, "This is too long."),
  ),
  "",
);
const password = v.nullish(
  v.pipe(
    v.string("Enter your password."),
    v.nonEmpty("Enter your password."),
    v.maxLength(4096, "This is too long."),
  ),
  "",
);
const delivery = v.optional(v.picklist(["cookie", "body"], "Say cookie or body."), "cookie");
const remember = v.optional(v.boolean("Say true or false."), false);

const registerInput = v.object({
  email,
  password,
  name: v.nullish(v.pipe(v.string("A name is text."), v.maxLength(400, "This is too long.")), null),
  remember,
  delivery,
});

const signInInput = v.object({
  email,
  password,
  remember,
  delivery,
});

const changePasswordInput = v.object({
  currentPassword: password,
  newPassword: v.nullish(
    v.pipe(
      v.string("Enter a new password."),
      v.nonEmpty("Enter a new password."),
      v.maxLength(4096, "This is too long."),
    ),
    "",
  ),
});

/**
 * Registers a user and signs them in.
 * @param input `{ email, password, name?, remember?, delivery? }` as it came
 * @throws AuthError `invalid_input`, `weak_password`, `email_taken`, `too_many_requests`, `cross_site_request`
 */
export async function register(
  { auth, accounts }: AccountAction,
  input: unknown,
): Promise<SignedIn> {
  const { email, password, name, ...how } = parseInput(registerInput, input);
  auth.assertMaySignIn(how.delivery);
  const user = await accounts.register({ email, password, name, ...origin(auth) });
  const claims = await accounts.claimsOf(user);
  return { user, ...(await auth.signIn({ userId: user.id, claims, ...how })) };
}

/**
 * Signs a user in.
 * @param input `{ email, password, remember?, delivery? }` as it came
 * @throws AuthError `invalid_input`, `invalid_credentials`, `too_many_requests`, `cross_site_request`
 */
export async function signIn({ auth, accounts }: AccountAction, input: unknown): Promise<SignedIn> {
  const { email, password, ...how } = parseInput(signInInput, input);
  auth.assertMaySignIn(how.delivery);
  const { user, credential } = await accounts.verifyPassword({ email, password, ...origin(auth) });
  const start = { userId: user.id, claims: await accounts.claimsOf(user), ...how };
  if (credential.revocationPendingSince === null) return { user, ...(await auth.signIn(start)) };
  // A crash cut a password change short: the sessions of the old password end before the new one opens another.
  const mark = await accounts.completeRevocation(credential);
  return { user, ...(await auth.signIn({ ...start, mark })) };
}

/**
 * Changes the password of the user who is signed in, ends all other sessions and replaces the secret of this one.
 * Answers the new tokens of a client without cookies.
 * @param input `{ currentPassword, newPassword }` as it came
 * @throws AuthError `invalid_input`, `weak_password`, `invalid_credentials`, `too_many_requests`, `unauthenticated`
 */
export async function changePassword(
  { auth, accounts }: AccountAction,
  input: unknown,
): Promise<TokensBody | null> {
  if (auth.principal === null) throw new AuthError("unauthenticated");
  const passwords = parseInput(changePasswordInput, input);
  let tokens: TokensBody | null = null;
  await accounts.changePassword({
    userId: auth.principal.userId,
    ...passwords,
    ...origin(auth),
    endOtherSessions: async () => {
      tokens = await auth.replaceSecret("password_changed");
    },
  });
  return tokens;
}

function origin({ address }: RequestAuth): { readonly address?: string } {
  return address === null ? {} : { address };
}

function parseInput<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw new AuthError("invalid_input", { fields: fieldErrors(result.issues) });
}

/** One error for each field: the first. */
function fieldErrors(issues: readonly v.BaseIssue<unknown>[]): readonly FieldError[] {
  const byField = new Map<string, FieldError>();
  for (const issue of issues) {
    const field = v.getDotPath(issue) ?? "";
    if (!byField.has(field)) byField.set(field, { field, detail: issue.message });
  }
  return [...byField.values()];
}
