import { pageAuth } from "../../lib/auth";

/** A page that the proxy does not come before: nothing can set a cookie here. */
export default async function Elsewhere() {
  const { principal } = await pageAuth();
  return <h1>{principal === null ? "A stranger" : `You are ${principal.userId}`}</h1>;
}
