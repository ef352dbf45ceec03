/** The shortest password that may be asked for, and the longest that is taken, in code points. */
export const passwordLength = { least: 8, most: 1_024 } as const;

/** Words that an attacker who knows the user tries first. */
export interface PasswordContext {
  readonly email: string;
  readonly name?: string | null;
  /** The name of the application. */
  readonly appName?: string | null;
}

/**
 * The form in which passwords are hashed and compared: RFC 8265's OpaqueString (section 4.2). Other spaces
 * become U+0020, then NFC; nothing is trimmed, cut or folded. Applying it twice changes nothing.
 */
export function normalizePassword(password: string): string {
  return password.replaceAll(/\p{Zs}/gu, " ").normalize("NFC");
}

/**
 * Why a new password is not taken, as a sentence for the person who chose it, or null when it is good.
 * It must be long enough, free of control characters, not among the common ones (in any case), and more than
 * a word of the context with digits and punctuation. There are no composition rules.
 */
export async function passwordProblem(
  password: string,
  context: PasswordContext,
  minLength: number = passwordLength.least,
): Promise<string | null> {
  if (isTooLong(password)) return `Use at most ${passwordLength.most} characters.`;
  const normalized = normalizePassword(password);
  if (Array.from(normalized).length < minLength) return `Use at least ${minLength} characters.`;
  // A lone surrogate would become U+FFFD in UTF-8, so that different passwords would have one hash.
  if (/[\p{Cc}\p{Cs}]/u.test(normalized)) return "Use only characters that can be typed.";
  const { commonPasswords } = await import("./common-passwords.ts");
  if (commonPasswords.has(normalized.toLowerCase())) {
    return "This password is one of the first that anyone would try.";
  }
  if (isContextWord(normalized, context)) {
    return "Use more than a name or an email address with some digits.";
  }
  return null;
}

/** Whether no user can have this password, so that it need not be hashed. Cheap, however long it is. */
export function isTooLong(password: string): boolean {
  // A decomposed spelling may have several times the code points of the form that counts.
  if (password.length > passwordLength.most * 8) return true;
  return Array.from(normalizePassword(password)).length > passwordLength.most;
}

/** Whether nothing is left but digits when every word of the context is taken away. */
function isContextWord(password: string, { email, name, appName }: PasswordContext): boolean {
  const local = email.slice(0, email.lastIndexOf("@"));
  const site = email.slice(email.lastIndexOf("@") + 1).split(".")[0] ?? "";
  const words = [email, local, site, name ?? "", ...(name ?? "").split(/\s+/u), appName ?? ""]
    .flatMap((word) => [lettersAndDigits(word), withoutDigits(lettersAndDigits(word))])
    .filter((word) => Array.from(word).length >= 3)
    .sort((a, b) => b.length - a.length);
  const whole = lettersAndDigits(password);
  const rest = words.reduce((left, word) => left.replaceAll(word, " "), whole);
  return rest !== whole && withoutDigits(rest).trim() === "";
}

function lettersAndDigits(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, "");
}

function withoutDigits(text: string): string {
  return text.replaceAll(/\p{N}/gu, "");
}
