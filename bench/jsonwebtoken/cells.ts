import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import original from "jsonwebtoken";
import own from "symbolon/compat/jsonwebtoken";
import { type Contestant, failed, type Work } from "../harness/contestant.ts";

type AlgorithmName = "HS256" | "RS256" | "ES256" | "PS256";
type Library = Pick<typeof original, "sign" | "verify">;

/** One way of calling. */
export interface Cell {
  readonly name: string;
  readonly verb: "sign" | "verify";
  readonly algorithm: AlgorithmName;
  readonly key: Key;
  readonly isCallback: boolean;
}

interface Key {
  readonly form: "text" | "KeyObject";
  readonly signing: string | KeyObject;
  readonly verifying: string | KeyObject;
}

/** All ways of calling a verb: each algorithm, with each form of key, at once and by callback. */
export function cellsOf(verb: Cell["verb"]): Cell[] {
  return (["HS256", "RS256", "ES256", "PS256"] as const).flatMap((algorithm) =>
    keysOf(algorithm).flatMap((key) =>
      [false, true].map((isCallback) => ({
        name: `${verb}, ${algorithm}, ${key.form}${isCallback ? ", callback" : ""}`,
        verb,
        algorithm,
        key,
        isCallback,
      })),
    ),
  );
}

/** jsonwebtoken, and Symbolon in its place. */
export function contestantsOf(cell: Cell): readonly [theirs: Contestant, own: Contestant] {
  return [
    { name: `${cell.name}: jsonwebtoken`, kind: "peer", batch: batchOf(original, cell) },
    { name: `${cell.name}: symbolon`, kind: "symbolon", batch: batchOf(own, cell) },
  ];
}

function keysOf(algorithm: AlgorithmName): readonly Key[] {
  if (algorithm === "HS256") {
    const text = randomBytes(32).toString("base64");
    const object = createSecretKey(Buffer.from(text));
    return [
      { form: "text", signing: text, verifying: text },
      { form: "KeyObject", signing: object, verifying: object },
    ];
  }
  const { privateKey, publicKey } =
    algorithm === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return [
    {
      form: "text",
      signing: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      verifying: publicKey.export({ type: "spki", format: "pem" }).toString(),
    },
    { form: "KeyObject", signing: privateKey, verifying: publicKey },
  ];
}

/** As many tokens as are verified in turn: an application sees each of its clients' tokens again and again. */
const tokens = 100;

function batchOf(library: Library, cell: Cell): Contestant["batch"] {
  if (cell.verb === "sign")
    return cell.isCallback ? signLater(library, cell) : signNow(library, cell);
  const signed = Array.from({ length: tokens }, (_, n) =>
    original.sign(claimsOf(n), cell.key.signing, { algorithm: cell.algorithm, expiresIn: "1d" }),
  );
  return cell.isCallback ? verifyLater(library, cell, signed) : verifyNow(library, cell, signed);
}

function claimsOf(n: number): object {
  return { sub: `user-${n}`, role: "clerk", tenant: "acme" };
}

/*
 * Each contestant has its loop from a call of its own, and options as applications write them: an object for each call.
 */

function signNow(library: Library, { name, algorithm, key }: Cell): Contestant["batch"] {
  return (count) => () => {
    for (let n = 0; n < count; n += 1) {
      const token = library.sign(claimsOf(n), key.signing, { algorithm, expiresIn: "1h" });
      if (token.length < 100) throw failed(name);
    }
  };
}

function signLater(library: Library, { name, algorithm, key }: Cell): Contestant["batch"] {
  return awaited((n, done) =>
    library.sign(claimsOf(n), key.signing, { algorithm, expiresIn: "1h" }, (error, token) =>
      done(error === null && token !== undefined ? null : failed(name)),
    ),
  );
}

function verifyNow(
  library: Library,
  { name, algorithm, key }: Cell,
  signed: readonly string[],
): Contestant["batch"] {
  return (count) => {
    const inputs = freshCopies(signed, count);
    return () => {
      for (const token of inputs) {
        const payload = library.verify(token, key.verifying, { algorithms: [algorithm] });
        if (typeof payload === "string" || payload.sub === undefined) throw failed(name);
      }
    };
  };
}

function verifyLater(
  library: Library,
  { name, algorithm, key }: Cell,
  signed: readonly string[],
): Contestant["batch"] {
  return (count) => {
    const inputs = freshCopies(signed, count);
    return awaited((n, done) =>
      library.verify(
        inputs[n] ?? "",
        key.verifying,
        { algorithms: [algorithm] },
        (error, payload) =>
          done(error === null && typeof payload === "object" ? null : failed(name)),
      ),
    )(count);
  };
}

/** Flat copies, as a request brings them: nothing that an engine remembers of a string is there yet. */
function freshCopies(signed: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, n) =>
    Buffer.from(signed[n % signed.length] ?? "", "latin1").toString("latin1"),
  );
}

/** Starts all operations and ends with the last of them. */
function awaited(
  operation: (n: number, done: (error: Error | null) => void) => void,
): (count: number) => Work {
  return (count) => () =>
    new Promise((resolve, reject) => {
      let open = count;
      const done = (error: Error | null): void => {
        if (error !== null) reject(error);
        open -= 1;
        if (open === 0) resolve();
      };
      for (let n = 0; n < count; n += 1) operation(n, done);
    });
}
