/** Sends the requests, in a process of its own, so that its CPU time is nobody's. */
import { Buffer } from "node:buffer";
import { Deck } from "../harness/deck.ts";
import { answerCalls } from "./calls.ts";
import { Connection } from "./connection.ts";
import { nobody, type Credential } from "./served.ts";

/** A server, and its users. */
interface Aim {
  readonly name: string;
  readonly port: number;
  readonly requests: readonly { readonly bytes: Buffer; readonly body: string }[];
  readonly deck: Deck;
  readonly connections: Connection[];
}

/** Requests to one server. */
export interface Burst {
  readonly aim: number;
  readonly count: number;
  readonly connections: number;
}

const aims: Aim[] = [];

const calls = {
  /** Takes note of a server, after having seen that it lets in whom it should, and nobody else. Answers its number. */
  async aim({
    name,
    port,
    credentials,
    isGuarded,
  }: {
    readonly name: string;
    readonly port: number;
    readonly credentials: readonly Credential[];
    readonly isGuarded: boolean;
  }): Promise<number> {
    const requests = credentials.map((credential) => ({
      bytes: requestOf(credential),
      body: isGuarded ? credential.user : nobody,
    }));
    const connection = await Connection.open(port);
    for (const { bytes, body } of requests) await expectUser(name, connection, bytes, body);
    if (isGuarded) await expectRefusals(name, connection, credentials);
    const deck = new Deck(requests.length);
    aims.push({ name, port, requests, deck, connections: [connection] });
    return aims.length - 1;
  },

  /** Sends so many requests by so many connections; answers how long each took, in microseconds. */
  async send({ aim: index, count, connections }: Burst): Promise<readonly number[]> {
    const aim = aims[index];
    if (aim === undefined) throw new Error(`there is no server ${index}`);
    while (aim.connections.length < connections) {
      aim.connections.push(await Connection.open(aim.port));
    }
    const took: number[] = [];
    let left = count;
    const lane = async (connection: Connection): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const request = aim.requests[aim.deck.draw()];
        if (request === undefined) throw new Error(`${aim.name} has no users`);
        const sentAt = performance.now();
        await expectUser(aim.name, connection, request.bytes, request.body);
        took.push(1_000 * (performance.now() - sentAt));
      }
    };
    await Promise.all(aim.connections.slice(0, connections).map(lane));
    return took;
  },
};

export type LoadCalls = typeof calls;

async function expectUser(
  name: string,
  connection: Connection,
  bytes: Buffer,
  user: string,
): Promise<void> {
  const { status, body } = await connection.ask(bytes);
  if (status !== 200 || body !== user) {
    throw new Error(`${name}: ${status} ${JSON.stringify(body)} in place of 200 "${user}"`);
  }
}

/** Without a credential, and with one that somebody has changed. */
async function expectRefusals(
  name: string,
  connection: Connection,
  [credential]: readonly Credential[],
): Promise<void> {
  if (credential === undefined) throw new Error(`${name} has no users`);
  const changed = { ...credential, value: changedValue(credential.value) };
  for (const bytes of [requestOf(null), requestOf(changed)]) {
    const { status, body } = await connection.ask(bytes);
    if (status !== 401) throw new Error(`${name}: ${status} ${JSON.stringify(body)}, not 401`);
  }
}

/** One letter is another in the middle of each part that proves something, which is longer than the names of cookies are. */
function changedValue(value: string): string {
  return value.replace(/[\w-]{22,}/g, (text) => {
    const middle = text.length >> 1;
    return `${text.slice(0, middle)}${text[middle] === "A" ? "B" : "A"}${text.slice(middle + 1)}`;
  });
}

function requestOf(credential: Credential | null): Buffer {
  const lines = [
    "GET /profile HTTP/1.1",
    "Host: app.example.com",
    "Connection: keep-alive",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Accept: */*",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9",
    ...(credential === null ? [] : [`${credential.field}: ${credential.value}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

process.once("disconnect", () => process.exit());
answerCalls(calls);
