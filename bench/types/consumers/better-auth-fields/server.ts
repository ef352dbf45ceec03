import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";

export const auth = betterAuth({
  secret: process.env["SECRET"] ?? "",
  baseURL: "https://app.example.com",
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  emailAndPassword: { enabled: true },
  user: { additionalFields: { role: { type: "string", required: false } } },
});

export async function greet(request: Request): Promise<Response> {
  const session = await auth.api.getSession({ headers: request.headers });
  return Response.json({ userId: session?.user.id ?? null, role: session?.user.role ?? null });
}
