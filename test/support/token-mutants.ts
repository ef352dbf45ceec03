import { encode, must } from "./tokens.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const foreign = "=+/ \n\t\0.%\u0141ÿ";

/**
 * Tokens that each differ from all honest ones by one or a few changes: flipped bits, swapped parts, other headers, cuts,
 * other spellings. A seed makes the same ones again.
 */
export function* mutantsOf(
  honest: readonly string[],
  { count, seed }: { readonly count: number; readonly seed: number },
): Generator<string> {
  const dice = new Dice(seed);
  const known = new Set(honest);
  for (let made = 0; made < count;) {
    let mutant = dice.one(honest);
    for (let changes = dice.below(8) === 0 ? 3 : 1; changes > 0; changes -= 1) {
      mutant = dice.one(mutations)(mutant, honest, dice);
    }
    if (known.has(mutant)) continue;
    made += 1;
    yield mutant;
  }
}

/** Chance that can be repeated (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  one<T>(choices: ArrayLike<T>): T {
    return choices[this.below(choices.length)] as T;
  }
}

type Mutation = (token: string, honest: readonly string[], dice: Dice) => string;

const mutations: readonly Mutation[] = [
  function flipBitOfText(token, _honest, dice) {
    const at = dice.below(token.length);
    const code = token.charCodeAt(at) ^ (1 << dice.below(7));
    return token.slice(0, at) + String.fromCharCode(code) + token.slice(at + 1);
  },
  function flipBitOfBytes(token, _honest, dice) {
    return changePart(token, dice.below(3), (bytes) => {
      if (bytes.length === 0) return bytes;
      const at = dice.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    });
  },
  function takePartOfAnother(token, honest, dice) {
    const parts = token.split(".");
    const at = dice.below(3);
    parts[at] = dice.one(honest).split(".")[at] ?? "";
    return parts.join(".");
  },
  function cut(token, _honest, dice) {
    return token.slice(0, dice.below(token.length));
  },
  function remove(token, _honest, dice) {
    const at = dice.below(token.length);
    return token.slice(0, at) + token.slice(at + 1 + dice.below(8));
  },
  function insert(token, _honest, dice) {
    const at = dice.below(token.length + 1);
    return (
      token.slice(0, at) + dice.one(dice.below(2) === 0 ? alphabet : foreign) + token.slice(at)
    );
  },
  function repeat(token, _honest, dice) {
    const at = dice.below(token.length);
    return token.slice(0, at + dice.below(40)) + token.slice(at);
  },
  function spellOtherwise(token, _honest, dice) {
    const part = dice.below(3);
    const parts = token.split(".");
    const text = parts[part] ?? "";
    const bytes = Buffer.from(text, "base64url");
    parts[part] = dice.one([
      `${text}=`,
      bytes.toString("base64"),
      bytes.toString("hex"),
      text.slice(0, -1) + dice.one(alphabet),
      text.toLowerCase(),
      bytes.toString("latin1"),
    ]);
    return parts.join(".");
  },
  function renameAlgorithm(token, _honest, dice) {
    const names = ["none", "HS256", "RS256", "ES256", "EdDSA", "PS256", "HS512", ""];
    const member = dice.one(["alg", "kid", "typ", "crv", "crit"]);
    const header = { ...headerOf(token), [member]: dice.one(names) };
    return [encode(header), ...token.split(".").slice(1)].join(".");
  },
  function promote(token, _honest, dice) {
    return changePart(token, 1, (bytes) => {
      const text = bytes.toString("latin1");
      const [from, to] = dice.one([
        ["user-1", "admin"],
        ["exp", "xep"],
        ["}", ',"sub":"admin"}'],
        ["}", ',"exp":9999999999}'],
        ["{", '{"scope":"everything",'],
        [":", " :"],
      ]);
      return Buffer.from(text.replace(must(from), must(to)), "latin1");
    });
  },
  function signOtherwise(token, _honest, dice) {
    return changePart(token, 2, (bytes) =>
      dice.one([
        Buffer.alloc(bytes.length),
        Buffer.alloc(bytes.length, 0xff),
        Buffer.from(bytes.toReversed()),
        bytes.subarray(0, dice.below(bytes.length + 1)),
        Buffer.concat([bytes, bytes]),
        Buffer.from(bytes.map(() => dice.below(256))),
      ]),
    );
  },
];

function changePart(token: string, part: number, change: (bytes: Buffer) => Buffer): string {
  const parts = token.split(".");
  parts[part] = change(Buffer.from(parts[part] ?? "", "base64url")).toString("base64url");
  return parts.join(".");
}

function headerOf(token: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as Record<
      string,
      string
    >;
  } catch {
    // Another change spoilt it before.
    return {};
  }
}
