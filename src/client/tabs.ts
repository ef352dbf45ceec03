/** The part of `BroadcastChannel` that is used. */
export interface TabChannel {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  close(): void;
}

/** What tabs tell each other of the session that they share. */
export interface SessionNews {
  readonly kind: "started" | "ended";
  /** Undefined where it is not known, and for a sign-out that is told as a start: then there is nobody's session. */
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
}

type Message =
  | SessionNews
  /** A tab is about to renew, or (`isHeld`) does so. */
  | { readonly kind: "claim"; readonly tab: number; readonly isHeld: boolean }
  /** It has ended, at a time of the machine's clock. */
  | { readonly kind: "released"; readonly isRenewed: boolean; readonly at: number };

/** The other tabs of this browser that share the login. */
export interface Tabs {
  /** When the login was last renewed, here or elsewhere, by this page's `performance.now()`. */
  readonly renewedAt: number;
  /**
   * Asks whether this tab may renew. False, after a while, when another one was first: then look whether it did, and ask
   * again. It waits for at most about four seconds, whatever others do: nobody holds anything, for the server bears it
   * when several renew at once; to take turns only saves requests.
   */
  claim(): Promise<boolean>;
  /** Says that this tab has ended, and whether the login is renewed. */
  release(isRenewed: boolean): void;
  tell(news: SessionNews): void;
  close(): void;
}

/** How long a tab listens for others that claim at the same moment. */
const settleMs = 100;
/** How long a tab is waited for that said it would renew: it may have been closed, frozen or cut off since. */
const patienceMs = 3_000;
/** So that those who waited for it in vain do not all go on at once. */
const jitterMs = 1_000;
/** A tab that wakes up finds what it was told in its sleep, which says nothing of today's tokens. */
const staleMs = 5_000;

/** @param channel null where there are no other tabs */
export function joinTabs(channel: TabChannel | null, hear: (news: SessionNews) => void): Tabs {
  // It breaks ties, and is no secret.
  const tab = Math.random();
  let isHeld = false;
  let rival = { tab: 0, isHeld: false, until: -Infinity };
  let renewedAt = -Infinity;
  let wake = (): void => undefined;

  const hasRival = (): boolean => performance.now() < rival.until;
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, ms);
    });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is of windows
  const post = (message: Message): void => channel?.postMessage(message);

  channel?.addEventListener("message", ({ data }) => {
    const message = data as Message;
    if (message.kind === "claim") {
      if (isHeld) post({ kind: "claim", tab, isHeld });
      if (!hasRival() || message.isHeld || (!rival.isHeld && message.tab < rival.tab)) {
        rival = { ...message, until: performance.now() + patienceMs };
      }
    } else if (message.kind === "released") {
      rival.until = -Infinity;
      if (message.isRenewed && Math.abs(Date.now() - message.at) < staleMs) {
        renewedAt = performance.now();
      }
      wake();
    } else {
      hear(message);
    }
  });

  return {
    get renewedAt() {
      return renewedAt;
    },
    async claim() {
      if (channel === null) return true;
      if (!hasRival()) {
        post({ kind: "claim", tab, isHeld });
        await pause(settleMs);
        isHeld = !hasRival() || (!rival.isHeld && tab < rival.tab);
        if (isHeld) return true;
      }
      await pause(rival.until - performance.now() + Math.random() * jitterMs);
      return false;
    },
    release(isRenewed) {
      isHeld = false;
      if (isRenewed) renewedAt = performance.now();
      post({ kind: "released", isRenewed, at: Date.now() });
    },
    tell: post,
    close() {
      channel?.close();
      // A request that is under way may still renew; a channel that is closed throws.
      channel = null;
    },
  };
}
