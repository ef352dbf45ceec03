import { withAuth } from "../../../lib/auth";

export const GET = withAuth(async (_request, auth) => Response.json(auth.principal), {});
