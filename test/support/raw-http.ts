import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer as it stood on the wire. */
export interface RawAnswer {
  /** 0 when the connection ended without one. */
  readonly status: number;
  /** The head in lower case, one line a field. */
  readonly head: string;
  readonly body: string;
}

/** How long an answer may take. */
const patienceMs = 10_000;

/** Sends bytes to a loopback port, as no proper client would, and reads what comes until the connection ends. */
export async function sendRaw(
  port: number,
  ...parts: readonly (string | Uint8Array)[]
): Promise<RawAnswer> {
  const socket = await openSocket(port);
  for (const part of parts) socket.write(part);
  return readAnswer(socket);
}

/** A connection to a loopback port; errors are left to whoever reads. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined);
  return socket;
}

/** Reads until the connection ends. @throws Error when it stays open without a word */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  const text = (): string => Buffer.concat(chunks).toString("utf8");
  await new Promise<void>((resolve, reject) => {
    socket.setTimeout(patienceMs, () => {
      socket.destroy();
      reject(new Error(`the connection stayed open after ${JSON.stringify(text())}`));
    });
    socket.on("close", () => resolve());
  });
  // "100 Continue" comes before the answer and is none.
  const [head = "", ...rest] = text()
    .replace(/^HTTP\/1\.1 100 .*\r\n\r\n/, "")
    .split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0),
    head: head.toLowerCase(),
    body: rest.join("\r\n\r\n"),
  };
}
