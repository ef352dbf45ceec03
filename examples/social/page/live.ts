import type { BaseClient } from "symbolon/client";
import type { LiveMessage } from "../feed.ts";

const longestPauseMs = 15_000;

/** What the page does when something is heard. */
export interface Listener {
  hear(message: LiveMessage): void;
  /** With every connection: what was said while there was none has to be asked for. */
  opened(): void;
  lost(): void;
}

/** Keeps a WebSocket open while somebody is signed in. Answers how to end that. */
export function listen(client: BaseClient, listener: Listener): () => void {
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isOver = false;

  function open(): void {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
    socket.addEventListener("open", () => {
      failures = 0;
      listener.opened();
    });
    socket.addEventListener("message", ({ data }) => {
      if (!isOver) listener.hear(JSON.parse(String(data)) as LiveMessage);
    });
    socket.addEventListener("close", () => void comeBack());
  }

  /**
   * A page is not told why an upgrade was refused. So the client asks who is signed in: that renews an access token that has had its
   * time, and where the session has ended it says so (`session` changes, and the page calls what `listen` answered).
   */
  async function comeBack(): Promise<void> {
    if (isOver) return;
    listener.lost();
    await client.session.reload();
    if (isOver) return;
    const pauseMs = Math.min(longestPauseMs, 250 * 2 ** failures);
    failures += 1;
    timer = setTimeout(open, pauseMs * (1 + Math.random()));
  }

  open();
  return () => {
    isOver = true;
    clearTimeout(timer);
    socket.close();
  };
}
