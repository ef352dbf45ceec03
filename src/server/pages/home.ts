import { noticeLine } from "./form.ts";
import { html, type Html } from "./html.ts";
import { layout, nameOf, type Viewer } from "./layout.ts";
import { token } from "./token.ts";

/** One line of the table of routes. */
export interface RouteLine {
  readonly method: string;
  readonly path: string;
  /** What it does, in a few words. */
  readonly does: string;
}

export interface HomeModel {
  readonly viewer: Viewer;
  /** The server's own origin, for the example: `https://auth.example.com`. */
  readonly baseUrl: string;
  /** The routes that this server answers. */
  readonly routes: readonly RouteLine[];
  readonly notice: string | null;
}

/** The page at `/`: what this server is, for someone who comes upon it. */
export function homePage({ viewer, baseUrl, routes, notice }: HomeModel): Html {
  return layout({
    title: "Start",
    viewer,
    shape: "home",
    content: html`<section class="hero">
        <div class="hero-text">
          ${noticeLine(notice)}
          <h1>Who is this, and are they still who they were?</h1>
          <p class="lead">
            This server answers that for its applications. It registers people, signs them in, and
            knows them again on every request, until they sign out.
          </p>
          ${waysIn(viewer)}
        </div>
        ${token("meeting")}
      </section>
      <section class="api" aria-labelledby="api-title">
        <div class="section-head">
          <h2 id="api-title">For applications</h2>
          <p>
            Everything that these pages do, a program can do. JSON in, JSON out; errors are problem
            documents.
          </p>
        </div>
        <div class="section-body">
          <pre
            tabindex="0"
            role="region"
            aria-label="An example for the command line"
          ><code>${curlExample(baseUrl)}</code></pre>
          <table class="routes">
            <thead class="visually-hidden">
              <tr>
                <th scope="col">Route</th>
                <th scope="col">What it does</th>
              </tr>
            </thead>
            <tbody>
              ${routes.map(
                ({ method, path, does }) =>
                  html`<tr>
                    <td>
                      <code><b>${method}</b> ${path}</code>
                    </td>
                    <td>${does}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
      </section>`,
  });
}

function waysIn(viewer: Viewer): Html | null {
  if (viewer === "unknown") return null;
  if (viewer === null) {
    return html`<p class="actions">
      <a class="button primary" href="/sign-in">Sign in</a>
      <a class="button" href="/register">Register</a>
    </p>`;
  }
  return html`<p class="actions">
    <a class="button primary" href="/account">Go to your account</a>
    <span class="actions-note">You are signed in as <bdi>${nameOf(viewer)}</bdi>.</span>
  </p>`;
}

function curlExample(baseUrl: string): string {
  return [
    "curl -c jar --json '{",
    '  "email": "ada@example.com",',
    '  "password": "correct horse"',
    `}' ${baseUrl}/auth/register`,
    `curl -b jar ${baseUrl}/auth/session`,
  ].join("\n");
}
