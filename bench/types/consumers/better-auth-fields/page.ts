import { createAuthClient } from "better-auth/client";
import { inferAdditionalFields } from "better-auth/client/plugins";
import type { auth } from "./server.ts";

const client = createAuthClient({ plugins: [inferAdditionalFields<typeof auth>()] });

export async function enter(email: string, password: string): Promise<string | null> {
  const { data } = await client.signIn.email({ email, password });
  return data?.user.name ?? null;
}

export async function role(): Promise<string | null> {
  const { data } = await client.getSession();
  return data?.user.role ?? null;
}
