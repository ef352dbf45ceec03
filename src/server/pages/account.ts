import { dateText } from "../time-text.ts";
import {
  field,
  firstWrongField,
  noticeLine,
  problemSummary,
  shortestPassword,
  type FormProblems,
} from "./form.ts";
import { html, type Html } from "./html.ts";
import { layout, nameOf, type PageUser } from "./layout.ts";
import { sessionList, type SessionLine } from "./session-list.ts";

export interface AccountModel {
  readonly user: PageUser & {
    /** Milliseconds since the epoch. */
    readonly createdAt: number;
  };
  /** In any order; the current one is shown first, then by when they were last seen. Null where no record is kept of them. */
  readonly sessions: readonly SessionLine[] | null;
  /** The moment that times are told from: milliseconds since the epoch. */
  readonly now: number;
  /** Of the change-password form, the only one here in which something can be typed. */
  readonly passwordForm: FormProblems;
  /** Such as "Your password was changed. All other devices were signed out." */
  readonly notice: string | null;
}

/** The page at `/account`: profile, devices and sessions, password. */
export function accountPage(model: AccountModel): Html {
  const { user } = model;
  const failed = model.passwordForm.errors.length > 0 || model.passwordForm.problem !== null;
  return layout({
    title: failed ? "Error: Your account" : "Your account",
    viewer: user,
    shape: "account",
    content: html`<div class="account-head">
        <p class="eyebrow">Your account</p>
        <h1><bdi>${nameOf(user)}</bdi></h1>
        ${noticeLine(model.notice)}
      </div>
      ${profile(model)} ${devices(model)} ${password(model)}`,
  });
}

function profile({ user }: AccountModel): Html {
  return html`<section aria-labelledby="profile">
    <div class="section-head"><h2 id="profile">Profile</h2></div>
    <dl class="section-body profile">
      <div>
        <dt>Name</dt>
        <dd>
          ${
            user.name === null || user.name.trim() === ""
              ? html`<span class="absent">Not given</span>`
              : html`<bdi>${user.name}</bdi>`
          }
        </dd>
      </div>
      <div>
        <dt>Email address</dt>
        <dd>${user.email}</dd>
      </div>
      <div>
        <dt>Registered</dt>
        <dd>
          <time datetime="${new Date(user.createdAt).toISOString()}"
            >${dateText(user.createdAt)}</time
          >
        </dd>
      </div>
    </dl>
  </section>`;
}

function devices({ sessions, now }: AccountModel): Html {
  if (sessions === null) return noDevices();
  const others = sessions.filter(({ current }) => !current).length;
  return html`<section aria-labelledby="sessions">
    <div class="section-head">
      <h2 id="sessions">Devices and sessions</h2>
      <p>Where you are signed in. If you do not know one, sign it out and change your password.</p>
    </div>
    <div class="section-body">
      ${sessionList(sessions, now)}
      ${
        others === 0
          ? html`<p class="hint">You are signed in nowhere else.</p>`
          : html`<form class="after-list" method="post" action="/account/sessions/revoke-others">
              <button class="danger" type="submit">Sign out all other devices</button>
            </form>`
      }
    </div>
  </section>`;
}

function noDevices(): Html {
  return html`<section aria-labelledby="sessions">
    <div class="section-head"><h2 id="sessions">Devices and sessions</h2></div>
    <p class="section-body">
      This server keeps no list of where you are signed in: each sign-in ends by itself before long,
      and changing your password ends all others at once.
    </p>
  </section>`;
}

const fields = ["currentPassword", "newPassword"];

function password({ user, passwordForm }: AccountModel): Html {
  const focused =
    firstWrongField(passwordForm, fields) ??
    (passwordForm.problem === null ? undefined : "currentPassword");
  return html`<section aria-labelledby="password">
    <div class="section-head">
      <h2 id="password">Password</h2>
      <p>Changing it signs out all your other devices.</p>
    </div>
    <div class="section-body">
      ${problemSummary(passwordForm, fields)}
      <form class="narrow" method="post" action="/account/password">
        ${usernameForPasswordManagers(user.email)}
        ${field(
          {
            name: "currentPassword",
            label: "Current password",
            type: "password",
            autocomplete: "current-password",
            focused: focused === "currentPassword",
          },
          passwordForm,
        )}
        ${field(
          {
            name: "newPassword",
            label: "New password",
            type: "password",
            autocomplete: "new-password",
            hint: `At least ${shortestPassword} characters.`,
            minLength: shortestPassword,
            focused: focused === "newPassword",
          },
          passwordForm,
        )}
        <button class="primary" type="submit">Change password</button>
      </form>
    </div>
  </section>`;
}

/** Says whose password is changed, to programs only: not seen, not focused, and, without a name, not sent. */
function usernameForPasswordManagers(email: string): Html {
  return html`<input type="text" autocomplete="username" value="${email}" readonly hidden />`;
}
