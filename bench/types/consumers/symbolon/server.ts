import { createAuth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";

export const auth = createAuth({
  secret: process.env["SECRET"] ?? "",
  baseUrl: "https://app.example.com",
  store: memoryStore(),
  accounts: { password: true },
});

export async function greet(request: Request): Promise<Response> {
  return auth.respond(request, async ({ principal }) =>
    Response.json({ userId: principal?.userId ?? null }),
  );
}
