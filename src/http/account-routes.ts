import { AuthError } from "../core/errors.ts";
import {
  changePassword,
  register,
  signIn,
  type AccountAction,
  type SignedIn,
} from "./account-actions.ts";
import { sessionBody, userBody } from "./bodies.ts";
import { readJsonObject } from "./body.ts";
import type { Route, RouteAnswer, RouteCall } from "./route.ts";
import type { PasswordChangedBody, SignedInBody } from "./wire.ts";

/** The routes of accounts with passwords. */
export const accountRoutes: readonly Route[] = [
  { method: "POST", path: "/register", access: "anyone", answer: answerRegister },
  { method: "POST", path: "/sign-in", access: "anyone", answer: answerSignIn },
  { method: "POST", path: "/password", access: "user", answer: answerChangePassword },
];

async function answerRegister(call: RouteCall): Promise<RouteAnswer> {
  return signedIn(201, await register(actionOf(call), await readJsonObject(call.request)));
}

async function answerSignIn(call: RouteCall): Promise<RouteAnswer> {
  return signedIn(200, await signIn(actionOf(call), await readJsonObject(call.request)));
}

async function answerChangePassword(call: RouteCall): Promise<RouteAnswer> {
  const tokens = await changePassword(actionOf(call), await readJsonObject(call.request));
  // A client without cookies has to be told its new token.
  return tokens === null
    ? { status: 204 }
    : { status: 200, body: { tokens } satisfies PasswordChangedBody };
}

function signedIn(status: number, { user, session, tokens }: SignedIn): RouteAnswer {
  const body: SignedInBody = {
    user: userBody(user),
    session: sessionBody(session),
    ...(tokens && { tokens }),
  };
  return { status, body };
}

function actionOf({ auth, engine }: RouteCall): AccountAction {
  if (engine.accounts === null) throw new AuthError("not_found");
  return { auth, accounts: engine.accounts };
}
