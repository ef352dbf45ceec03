import { createTokenVerifier, followRevocations, TokenError } from "symbolon/tokens";

/** A service that has nothing but the address of its issuer: it answers whose token it was given, or why it takes it not. */
export function makeService(
  issuer: string,
  clientSecret: string,
): (request: Request) => Promise<Response> {
  const dangerouslyAllowLoopbackHttp = true;
  const tokens = createTokenVerifier({
    issuer,
    audience: "orders",
    dangerouslyAllowLoopbackHttp,
    revocations: followRevocations({
      issuer,
      clientId: "orders",
      clientSecret,
      dangerouslyAllowLoopbackHttp,
    }),
  });
  return async ({ headers }) => {
    try {
      const { claims } = await tokens.requireToken(headers);
      return Response.json({ email: claims["email"] });
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return Response.json({ code: error.code }, { status: error.status });
    }
  };
}
