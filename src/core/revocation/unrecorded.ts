import type { Revocation } from "./revocation-store.ts";

/** The same of logins without a record. Whose one of them is, nobody knows: where that is asked, there is none. */
export function unrecorded(revocation: Revocation): Revocation {
  switch (revocation.scope) {
    case "session":
      return revocation.ofUser === undefined ? { ...revocation, unrecorded: true } : revocation;
    case "user": {
      const { except } = revocation;
      return except === undefined
        ? revocation
        : { ...revocation, except: { ...except, unrecorded: true } };
    }
    case "tenant":
    case "all":
      return revocation;
  }
}
