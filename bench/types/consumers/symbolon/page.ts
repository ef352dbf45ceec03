import { createClient } from "symbolon/client";
import type { auth } from "./server.ts";

const client = createClient<typeof auth>();

export async function enter(email: string, password: string): Promise<string | null> {
  const { user } = await client.signIn({ email, password });
  return user.name;
}

export function name(): string | null {
  return client.session.get().user?.name ?? null;
}
