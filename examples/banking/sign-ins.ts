/** Why a session ended, where somebody decided it. Without one it ran out by itself. */
export type EndReason = "signed_out" | "replaced" | "removed";

/** One sign-in, as the bank remembers it when the session is long gone. */
export interface SignIn {
  readonly sessionId: string;
  readonly userId: string;
  readonly at: number;
  readonly device: string;
  readonly ended: {
    readonly at: number;
    readonly why: EndReason;
    /** The device from which it was ended. */
    readonly by: string;
  } | null;
}

/**
 * Who signed in when, on what, and how it ended: Symbolon says that a session is over, this says why, kindly. Kept in memory,
 * for it is an example; a bank keeps it for years.
 */
export class SignIns {
  readonly #bySession = new Map<string, SignIn>();

  begin(signIn: Omit<SignIn, "ended">): void {
    this.#bySession.set(signIn.sessionId, { ...signIn, ended: null });
  }

  /** The same sign-in goes on under another session id, after the password was asked for once more. */
  goOn(before: string, after: string): void {
    const signIn = this.#bySession.get(before);
    if (signIn === undefined) return;
    this.#bySession.delete(before);
    this.#bySession.set(after, { ...signIn, sessionId: after });
  }

  end(sessionId: string, ended: NonNullable<SignIn["ended"]>): void {
    const signIn = this.#bySession.get(sessionId);
    if (signIn?.ended === null) this.#bySession.set(sessionId, { ...signIn, ended });
  }

  find(sessionId: string): SignIn | null {
    return this.#bySession.get(sessionId) ?? null;
  }

  /** Newest first. */
  of(userId: string): readonly SignIn[] {
    return [...this.#bySession.values()]
      .filter((signIn) => signIn.userId === userId)
      .toReversed()
      .sort((a, b) => b.at - a.at);
  }
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:A|iOS)?\//, "Edge"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "Mac"],
  [/\bLinux\b/, "Linux"],
];

/** "Firefox on Windows". Whoever signs in chooses the header: it helps the honest, and proves nothing. */
export function deviceName(userAgent: string | null | undefined): string {
  const named = (patterns: typeof browsers): string | undefined =>
    patterns.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const [browser, system] = [named(browsers), named(systems)];
  if (browser === undefined) return system ?? "An unknown device";
  return system === undefined ? browser : `${browser} on ${system}`;
}
