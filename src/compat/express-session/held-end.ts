import type { Done, SessionResponse } from "./ports.ts";

type Method = (this: SessionResponse, ...args: unknown[]) => unknown;

/**
 * Has the response wait with its end until the session is stored, so that a client who has all of it can rely on what it
 * did. Everything but the last byte goes out at once: a browser begins to read, and a length that was announced holds.
 * @param work what to wait for when the response is ended; null when there is nothing
 */
export function holdEnd(
  response: SessionResponse,
  work: () => ((done: Done) => void) | null,
): void {
  const { end, write } = response as unknown as Record<"end" | "write", Method>;
  let ended = false;

  const heldEnd = function (...args: unknown[]): unknown {
    if (ended) return false;
    ended = true;
    const wait = work();
    if (wait === null) return end.apply(response, args);

    const { callback, ...parts } = partsOf(args);
    let { chunk, encoding } = parts;
    let answer: unknown = true;
    let isStored = false;
    wait(() => {
      isStored = true;
      const rest = [chunk, encoding, callback].filter((arg) => arg !== undefined && arg !== null);
      answer = end.apply(response, rest);
    });
    if (isStored) return answer;

    if (!response._header) response._implicitHeader();
    if (chunk === undefined || chunk === null) return true;
    if (Number(response.getHeader("Content-Length")) > 0) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : bytesOf(chunk, encoding);
      encoding = undefined;
      chunk = bytes.subarray(-1);
      return bytes.length === 0 ? true : write.call(response, bytes.subarray(0, -1));
    }
    answer = write.call(response, chunk, encoding);
    chunk = encoding = undefined;
    return answer;
  };
  response.end = heldEnd as typeof response.end;
}

/** `end` may be given a callback in place of the encoding, and in place of the chunk. */
function partsOf(args: readonly unknown[]): {
  readonly chunk: unknown;
  readonly encoding: unknown;
  readonly callback: (() => void) | undefined;
} {
  const callback = args.find((arg): arg is () => void => typeof arg === "function");
  const [chunk, encoding] = args.map((arg) => (typeof arg === "function" ? undefined : arg));
  return { chunk, encoding, callback };
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  return typeof chunk === "string"
    ? Buffer.from(chunk, (encoding ?? undefined) as BufferEncoding | undefined)
    : Buffer.from(chunk as Uint8Array);
}
