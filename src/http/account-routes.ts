import * as v from "valibot";
import type { Accounts } from "../core/users/accounts.ts";
import { AuthError } from "../core/errors.ts";
import type { UserRecord } from "../core/users/user-store.ts";
import { sessionBody, userBody } from "./bodies.ts";
import { readInput } from "./body.ts";
import type { Route, RouteAnswer, RouteCall, UserRouteCall } from "./route.ts";

/** The routes of accounts with passwords. */
export const accountRoutes: readonly Route[] = [
  { method: "POST", path: "/register", access: "anyone", answer: register },
  { method: "POST", path: "/sign-in", access: "anyone", answer: signIn },
  { method: "POST", path: "/password", access: "user", answer: changePassword },
];

const email = v.pipe(v.string("Enter your email address."), v.maxLength(320, "This is too long."));
const password = v.pipe(
  v.string("Enter your password."),
  v.nonEmpty("Enter your password."),
  v.maxLength(4096, "This is too long."),
);

const registerInput = v.object({
  email,
  password,
  name: v.nullish(v.string("A name is text.")),
});

const signInInput = v.object({
  email,
  password,
  remember: v.optional(v.boolean("Say true or false."), false),
  delivery: v.optional(v.picklist(["cookie", "body"], "Say cookie or body."), "cookie"),
});

const changePasswordInput = v.object({ currentPassword: password, newPassword: password });

type SignInOptions = Pick<v.InferOutput<typeof signInInput>, "remember" | "delivery">;

async function register(call: RouteCall): Promise<RouteAnswer> {
  const { auth, context, request } = call;
  const input = await readInput(request, registerInput);
  // Before anything is made: a page of another site must not be able to register its visitors.
  auth.assertMaySignIn("cookie");
  const user = await accountsOf(call).register({
    email: input.email,
    password: input.password,
    name: input.name ?? null,
    address: context.client.address,
  });
  return openSession(call, user, { remember: false, delivery: "cookie" }, 201);
}

async function signIn(call: RouteCall): Promise<RouteAnswer> {
  const { auth, context, request } = call;
  const input = await readInput(request, signInInput);
  auth.assertMaySignIn(input.delivery);
  const user = await accountsOf(call).verifyPassword({
    email: input.email,
    password: input.password,
    address: context.client.address,
  });
  return openSession(call, user, input, 200);
}

async function openSession(
  { auth }: RouteCall,
  user: UserRecord,
  { remember, delivery }: SignInOptions,
  status: number,
): Promise<RouteAnswer> {
  const { session, tokens } = await auth.signIn({ userId: user.id, remember, delivery });
  return {
    status,
    body: { user: userBody(user), session: sessionBody(session), ...(tokens && { tokens }) },
  };
}

async function changePassword(call: UserRouteCall): Promise<RouteAnswer> {
  const { auth, context, principal, request } = call;
  const { currentPassword, newPassword } = await readInput(request, changePasswordInput);
  let tokens: unknown = null;
  await accountsOf(call).changePassword({
    userId: principal.userId,
    currentPassword,
    newPassword,
    address: context.client.address,
    endOtherSessions: async () => {
      tokens = await auth.replaceSecret("password_changed");
    },
  });
  // A client without cookies has to be told its new token.
  return tokens === null ? { status: 204 } : { status: 200, body: { tokens } };
}

function accountsOf({ engine }: RouteCall): Accounts {
  if (engine.accounts === null) throw new AuthError("not_found");
  return engine.accounts;
}
