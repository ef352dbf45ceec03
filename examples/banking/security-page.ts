import { html, type Html } from "./html.ts";
import { layout, momentOf, notice, type Viewer } from "./layout.ts";
import type { SignIn } from "./sign-ins.ts";

/** A session that is open now. */
export interface OpenSession {
  readonly id: string;
  readonly device: string;
  readonly since: number;
  readonly current: boolean;
}

export function securityPage(model: {
  readonly viewer: Viewer;
  readonly open: readonly OpenSession[];
  /** Newest first. */
  readonly signIns: readonly SignIn[];
  readonly severalSessions: boolean;
  readonly notice: string | null;
}): string {
  const others = model.open.filter(({ current }) => !current);
  const content = html`<h1>Security</h1>
    ${notice(model.notice)}
    <section class="card">
      <h2>Signed in now</h2>
      <ul class="devices">
        ${model.open.map(deviceLine)}
      </ul>
      ${
        others.length > 0
          ? html`<form method="post" action="/security/sign-out-others">
              <button class="danger">Sign out everywhere else</button>
            </form>`
          : html`<p class="hint">
              ${
                model.severalSessions
                  ? "You are signed in nowhere else."
                  : "Only one device at a time: whoever signs in as you elsewhere signs this one out."
              }
            </p>`
      }
    </section>
    <section class="card">
      <h2>Your last sign-ins</h2>
      <p class="hint">Do you not know one of them? Then call us.</p>
      <ul class="devices">
        ${model.signIns.slice(0, 8).map((signIn) => historyLine(signIn, model.open))}
      </ul>
    </section>`;
  return layout({ title: "Security", viewer: model.viewer, here: "/security", content });
}

function deviceLine({ id, device, since, current }: OpenSession): Html {
  return html`<li>
    <p>
      <b>${device}</b>${current && html` <span class="badge">This device</span>`}
      <span class="what">since ${momentOf(since)}</span>
    </p>
    ${
      !current &&
      html`<form method="post" action="/security/sign-out">
        <input type="hidden" name="session" value="${id}" />
        <button class="quiet">Sign out<span class="unseen"> ${device}</span></button>
      </form>`
    }
  </li>`;
}

function historyLine(signIn: SignIn, open: readonly OpenSession[]): Html {
  const isOpen = open.some(({ id }) => id === signIn.sessionId);
  return html`<li>
    <p>
      <b>${signIn.device}</b>
      <span class="what">${momentOf(signIn.at)} · ${isOpen ? "signed in now" : endOf(signIn)}</span>
    </p>
  </li>`;
}

function endOf({ ended }: SignIn): string {
  if (ended === null) return "ended by itself, without use";
  if (ended.why === "signed_out") return "signed out";
  return ended.why === "replaced"
    ? `ended by the sign-in on ${ended.by}`
    : `signed out from ${ended.by}`;
}
