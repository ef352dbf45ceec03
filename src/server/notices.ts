/** The sentences that a page may show after a redirect, by what stands in the address. */
const notices: ReadonlyMap<string, string> = new Map([
  ["signed-out", "You are signed out."],
  ["session-ended", "This device was signed out from elsewhere. Sign in to continue."],
  ["session-expired", "You were signed out because you were away for long. Sign in again."],
  [
    "session-reused",
    "This sign-in was used from two places, so it was ended. Sign in again, and change your password if one of them was not you.",
  ],
  ["sign-in-expired", "Your sign-in has expired. Sign in again."],
  ["sign-in-first", "Sign in to continue."],
  ["password-changed", "Your password was changed. All other devices were signed out."],
  ["device-signed-out", "The device was signed out."],
  ["devices-signed-out", "All other devices were signed out."],
  ["device-gone", "That device was signed out already."],
]);

/** A fixed sentence, so that a link cannot put words into our mouth. */
export function noticeFor(key: string | undefined): string | null {
  return notices.get(key ?? "") ?? null;
}
