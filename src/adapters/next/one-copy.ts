import type { DataShape } from "../../core/sessions/session-data.ts";
import { RequestAuth } from "../../http/request-auth.ts";

/**
 * Passes on what an engine of this copy of the package opened. Next bundles a package once for each kind of code: then an engine that all
 * share throws the `AuthError` of one copy, which is none to the others, and a 401 becomes a 500. So it is said at once.
 * @throws TypeError for what another copy opened
 */
export function ofThisCopy<Shape extends DataShape>(
  requestAuth: RequestAuth<Shape>,
): RequestAuth<Shape> {
  if (requestAuth instanceof RequestAuth) return requestAuth;
  throw new TypeError(
    "symbolon is loaded more than once: add serverExternalPackages: ['symbolon'] to next.config, or do not share the engine",
  );
}
