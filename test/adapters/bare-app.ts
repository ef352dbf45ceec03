import { AuthError } from "symbolon";
import { problemResponse } from "../../src/http/problem.ts";

/** The cookies of one answer, as who has no adapter keeps them. */
interface OwnHead {
  assertOpen(): void;
  setCookie(key: string, field: string): void;
}

/** Answers with the cookies that were set meanwhile, and an `AuthError` as a problem document. */
export async function ownHead(answer: (head: OwnHead) => Promise<Response>): Promise<Response> {
  const fields = new Map<string, string>();
  let isOpen = true;
  const head: OwnHead = {
    assertOpen() {
      if (!isOpen) throw new TypeError("the response has begun");
    },
    setCookie: (key, field) => void fields.set(key, field),
  };
  const response = await answer(head).catch((error: unknown) => {
    if (error instanceof AuthError) return problemResponse(error);
    throw error;
  });
  isOpen = false;
  if (fields.size === 0) return response;
  for (const field of fields.values()) response.headers.append("set-cookie", field);
  response.headers.set("cache-control", "private, no-store");
  response.headers.delete("cdn-cache-control");
  return response;
}
