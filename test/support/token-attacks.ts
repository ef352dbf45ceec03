import { createAuth, type Auth, type AuthOptions } from "symbolon";
import { memoryStore } from "symbolon/stores/memory";
import { FakeClock } from "symbolon/testing";
import type { ResponseHead } from "../../src/http/request-context.ts";
import { testSecret } from "./auth.ts";

export const base = "https://app.example.com";
export const minute = 60_000;

export function engine(options: Partial<AuthOptions>): { auth: Auth; clock: FakeClock } {
  const clock = new FakeClock();
  const { clock: given = clock, ...rest } = options;
  const auth = createAuth({
    secret: testSecret,
    store: memoryStore(),
    baseUrl: base,
    clock: given,
    ...rest,
  });
  for (const name of ["warning", "store.failed", "error"] as const) auth.on(name, () => {});
  return { auth, clock };
}

export type Headers = Record<string, string>;
export const head = (
  headers: Headers = {},
  method: string = "POST",
): { method: string; path: string; headers: Headers } => ({
  method,
  path: "/x",
  headers: { host: "app.example.com", "sec-fetch-site": "same-origin", ...headers },
});

/** A browser's jar, by names. */
export function jarOf(
  fields: readonly string[],
  jar: Map<string, string> = new Map(),
): Map<string, string> {
  for (const field of fields) {
    const [pair = ""] = field.split(";");
    const at = pair.indexOf("=");
    if (pair.slice(at + 1) === "") jar.delete(pair.slice(0, at));
    else jar.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return jar;
}
export const cookieOf = (jar: Map<string, string>, ...names: string[]): string =>
  [...jar]
    .filter(([name]) => names.length === 0 || names.some((each) => name.endsWith(each)))
    .map((pair) => pair.join("="))
    .join("; ");

export const call = (
  auth: Auth,
  path: string,
  {
    method = "POST",
    body,
    headers = {},
  }: { method?: string; body?: unknown; headers?: Headers } = {},
): Promise<Response> =>
  auth.handler(
    new Request(base + path, {
      method,
      headers: {
        "sec-fetch-site": "same-origin",
        ...(body !== undefined &&
          typeof body !== "string" && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
  );

export async function browser(auth: Auth, userId: string): Promise<Map<string, string>> {
  return jarOf((await auth.signIn({ userId }, head())).cookies);
}
export async function tokens(
  auth: Auth,
  userId: string,
  more: object = {},
): Promise<Headers & { at: string; sid: string }> {
  const { tokens, session } = await auth.signIn({ userId, delivery: "body", ...more }, head());
  const at = tokens?.accessToken ?? tokens?.sessionToken ?? "";
  return { at, authorization: `Bearer ${at}`, rt: tokens?.refreshToken ?? "", sid: session.id };
}
export const works = async (auth: Auth, at: string): Promise<boolean> =>
  (await auth.authenticate({ authorization: `Bearer ${at}` })) !== null;
export const open: ResponseHead = { assertOpen() {}, setCookie() {} };
export const deaf = (store: ReturnType<typeof memoryStore>): ReturnType<typeof memoryStore> => ({
  ...store,
  revocation: { ...store.revocation, onHint: async () => async () => undefined },
});
export const form: Headers = { "content-type": "application/x-www-form-urlencoded" };
