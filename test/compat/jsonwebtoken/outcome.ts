import type original from "jsonwebtoken";

/** What both libraries have; the types are the original's, so a call that compiles for it is made of both. */
export type Library = Pick<
  typeof original,
  "sign" | "verify" | "decode" | "JsonWebTokenError" | "NotBeforeError" | "TokenExpiredError"
>;

/** What a call came to, in a form that can be compared. */
export type Outcome =
  | { readonly value: unknown }
  | {
      readonly error: {
        readonly name: string;
        readonly message: string;
        /** Of its own, and enumerable, as `res.json(error)` would send them. */
        readonly members: Readonly<Record<string, unknown>>;
        /** Of which of the library's classes it is. */
        readonly classes: readonly string[];
      };
    };

/** What a call answers or throws. */
export function outcomeOf(library: Library, call: () => unknown): Outcome {
  try {
    return { value: call() };
  } catch (error) {
    return failureOf(library, error);
  }
}

/** What a call tells its callback, and when: `"at once"` is before it returns. */
export async function toldBy(
  library: Library,
  call: (callback: (error: Error | null, value?: unknown) => void) => void,
): Promise<{
  readonly when: "at once" | "next tick" | "thrown at the caller";
  readonly outcomes: readonly Outcome[];
}> {
  const outcomes: Outcome[] = [];
  try {
    call((error, value) => outcomes.push(error ? failureOf(library, error) : { value }));
  } catch (error) {
    return { when: "thrown at the caller", outcomes: [failureOf(library, error)] };
  }
  if (outcomes.length > 0) return { when: "at once", outcomes };
  await new Promise<void>((resolve) => process.nextTick(resolve));
  return { when: "next tick", outcomes };
}

function failureOf(library: Library, error: unknown): Outcome {
  if (!(error instanceof Error)) return { value: `threw ${String(error)}` };
  const { name, message } = error;
  const classes = (["JsonWebTokenError", "NotBeforeError", "TokenExpiredError"] as const).filter(
    (one) => error instanceof library[one],
  );
  return { error: { name, message, members: Object.fromEntries(Object.entries(error)), classes } };
}
