import { pageAuth, requirePrincipal } from "../../lib/auth";
import { countVisit, signOut } from "../actions";

export default async function Account() {
  const principal = await requirePrincipal({ redirectTo: "/sign-in" });
  const { data } = await pageAuth();
  return (
    <>
      <h1>Account</h1>
      <p>You are {principal.userId}.</p>
      <p>Visits: {Number((await data.get("visits")) ?? 0)}</p>
      <form action={countVisit}>
        <button>Count</button>
      </form>
      <form action={signOut}>
        <button>Sign out</button>
      </form>
    </>
  );
}
