import { authProxy } from "./lib/auth";

export const proxy = authProxy({ "/account": { redirectTo: "/sign-in" } });

export const config = { matcher: "/((?!_next/|favicon.ico|elsewhere).*)" };
