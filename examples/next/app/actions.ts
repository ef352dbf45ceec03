"use server";

import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { AuthError } from "symbolon";
import { accountActions, actionAuth } from "../lib/auth";

export async function register(_before: string, form: FormData): Promise<string> {
  return problemOf(accountActions.register(credentialsIn(form)));
}

export async function signIn(_before: string, form: FormData): Promise<string> {
  return problemOf(accountActions.signIn(credentialsIn(form)));
}

export async function countVisit(): Promise<void> {
  const auth = await actionAuth();
  // An action is a public address: nobody but itself checks who calls it.
  if (auth.principal === null) throw new AuthError("unauthenticated");
  await auth.data.update("visits", (visits) => Number(visits ?? 0) + 1);
  revalidatePath("/account");
}

export async function signOut(): Promise<void> {
  const auth = await actionAuth();
  await auth.signOut();
  redirect("/");
}

function credentialsIn(form: FormData): unknown {
  return { email: form.get("email"), password: form.get("password") };
}

/** What to tell the person when it went wrong. Otherwise the browser goes on. */
async function problemOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof AuthError) return error.detail ?? error.message;
    throw error;
  }
  redirect("/account");
}
