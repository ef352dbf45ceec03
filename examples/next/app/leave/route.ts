import { redirect } from "next/navigation";
import { withAuth } from "../../lib/auth";

/** Signs out by a plain form, of whatever made it: `<form action="/leave" method="post">`. */
export const POST = withAuth(async (_request, auth) => {
  await auth.signOut();
  redirect("/");
});
