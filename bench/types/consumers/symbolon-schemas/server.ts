import { createAuth } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import * as v from "valibot";

export const auth = createAuth({
  secret: process.env["SECRET"] ?? "",
  baseUrl: "https://app.example.com",
  store: memoryStore(),
  accounts: { password: true },
  data: { role: v.picklist(["reader", "writer"]) },
});

export async function greet(request: Request): Promise<Response> {
  return auth.respond(request, async ({ principal, data }) => {
    const role: "reader" | "writer" | undefined = await data.get("role");
    return Response.json({ userId: principal?.userId ?? null, role });
  });
}
