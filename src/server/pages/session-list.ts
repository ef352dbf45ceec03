import { describeDevice } from "../../http/device-name.ts";
import { momentText, timeText } from "../time-text.ts";
import { deviceIcon } from "./device-icon.ts";
import { html, type Html } from "./html.ts";

/** A session as its user sees it. Times are milliseconds since the epoch. */
export interface SessionLine {
  /** The public id. */
  readonly id: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** What the client called itself at sign-in. */
  readonly userAgent: string | null;
}

/** More than this many are folded away, so that the password form stays within reach. */
const shownAtOnce = 6;

/** The sessions, the current one first, the others by when they were last seen; each can be ended. */
export function sessionList(sessions: readonly SessionLine[], now: number): Html {
  const sorted = sessions.toSorted(
    (a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt - a.lastSeenAt,
  );
  const folded = sorted.slice(shownAtOnce);
  return html`<ul class="devices">
      ${sorted.slice(0, shownAtOnce).map((session) => line(session, now))}
    </ul>
    ${
      folded.length > 0 &&
      html`<details class="more">
        <summary>
          Show ${folded.length} more ${folded.length === 1 ? "session" : "sessions"}
        </summary>
        <ul class="devices">
          ${folded.map((session) => line(session, now))}
        </ul>
      </details>`
    }`;
}

function line(session: SessionLine, now: number): Html {
  const { name, kind } = describeDevice(session.userAgent);
  return html`<li class="device${session.current && " device-current"}">
    ${deviceIcon(kind)}
    <p class="device-name">
      ${name} ${session.current && html`<span class="badge">This device</span>`}
    </p>
    <dl class="device-times">
      <div>
        <dt>Last seen</dt>
        <dd>${moment(session.lastSeenAt, now)}</dd>
      </div>
      <div>
        <dt>Signed in</dt>
        <dd>${moment(session.createdAt, now)}</dd>
      </div>
    </dl>
    ${ending(session, name)}
  </li>`;
}

function ending({ id, current }: SessionLine, name: string): Html {
  if (current) {
    return html`<form class="device-end" method="post" action="/sign-out">
      <button type="submit">Sign out<span class="visually-hidden"> of this device</span></button>
    </form>`;
  }
  return html`<form class="device-end" method="post" action="/account/sessions/revoke">
    <input type="hidden" name="sessionId" value="${id}" />
    <button type="submit">Sign out<span class="visually-hidden"> ${name}</span></button>
  </form>`;
}

function moment(at: number, now: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}" title="${momentText(at)}"
    >${timeText(at, now)}</time
  >`;
}
