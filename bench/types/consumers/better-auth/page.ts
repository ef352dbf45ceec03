import { createAuthClient } from "better-auth/client";

const client = createAuthClient();

export async function enter(email: string, password: string): Promise<string | null> {
  const { data } = await client.signIn.email({ email, password });
  return data?.user.name ?? null;
}

export async function name(): Promise<string | null> {
  const { data } = await client.getSession();
  return data?.user.name ?? null;
}
