import { ClientError, createClient, type SessionState } from "symbolon/client";
import type { Post } from "../feed.ts";
import { DevicesView } from "./devices-view.ts";
import { find, say } from "./elements.ts";
import { FeedView } from "./feed-view.ts";
import { listen } from "./live.ts";
import { prepareWelcome, tellWhyEnded } from "./welcome.ts";

const client = createClient(); // cookies, which no script of this page can read
const feed = new FeedView(client);
const devices = new DevicesView(client, signOut);
const compose = find("#compose", HTMLFormElement);
const text = find("#text", HTMLTextAreaElement);
const views = ["wait", "welcome", "feed", "devices"] as const;

/** Whose session the page is showing, and how to stop listening for it. */
let shownSession: string | null = null;
let stopListening = (): void => undefined;

let shownView: (typeof views)[number] = "wait";

function show(wanted: typeof shownView): void {
  if (wanted === shownView) return;
  for (const view of views) find(`#${view}`, HTMLElement).hidden = view !== wanted;
  find("#nav", HTMLElement).hidden = wanted === "wait" || wanted === "welcome";
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.getAttribute("href") === `#${wanted}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  // Who goes on by keyboard, or listens, goes on where the new view begins.
  if (shownView !== "wait") find(`#${wanted} h1`, HTMLElement).focus();
  shownView = wanted;
}

function showSignedIn(): void {
  const isDevices = location.hash === "#devices";
  show(isDevices ? "devices" : "feed");
  if (isDevices) void devices.load();
}

function render(state: SessionState): void {
  const sessionId = state.session?.id ?? null;
  if (sessionId !== shownSession) {
    shownSession = sessionId;
    stopListening();
    feed.clear();
    devices.clear();
    compose.reset();
    say("");
    if (sessionId !== null) stopListening = listen(client, { hear, opened, lost });
  }
  if (state.status === "signed_in") return showSignedIn();
  find("#wait-why", HTMLElement).textContent = state.error?.message ?? "";
  show(state.status === "signed_out" ? "welcome" : "wait");
}

const hear = feed.hear.bind(feed);
function opened(): void {
  tellLive("Live");
  loadFeed();
}
function loadFeed(): void {
  const session = shownSession;
  feed.load().catch(() => {
    if (session !== shownSession) return;
    say("The feed did not load. Trying again…");
    setTimeout(() => session === shownSession && loadFeed(), 5_000);
  });
}
function lost(): void {
  tellLive("Reconnecting…");
}
function tellLive(text: string): void {
  const element = find("#live", HTMLElement);
  element.textContent = text;
  element.classList.toggle("on", text === "Live");
}

function tellLeft(): void {
  find("#left", HTMLElement).textContent = `${280 - text.value.length} characters left`;
}
text.addEventListener("input", tellLeft);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) compose.requestSubmit();
});
compose.addEventListener("reset", () => queueMicrotask(tellLeft));
compose.addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value.trim() !== "") void post();
});

async function post(): Promise<void> {
  try {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ text: text.value });
    const response = await client.fetch("/api/posts", { method: "POST", headers, body });
    if (!response.ok) return say("Your post did not get through. Try again in a moment.");
    feed.add((await response.json()) as Post);
    compose.reset();
  } catch {
    say("Perch cannot be reached. What you wrote is still here.");
  }
}

let isLeaving = false;
async function signOut(): Promise<void> {
  isLeaving = true;
  try {
    await client.signOut();
  } catch (error) {
    say(error instanceof ClientError ? error.message : "That did not work.");
  } finally {
    isLeaving = false;
  }
}
find("#sign-out", HTMLButtonElement).addEventListener("click", () => void signOut());

let before = client.session.get();
client.session.subscribe(() => {
  const state = client.session.get();
  if (state.status === "signed_out") {
    const wasSignedIn = before.status === "signed_in";
    tellWhyEnded(isLeaving ? null : state.error, wasSignedIn && !isLeaving);
  }
  before = state;
  render(state);
});
addEventListener("hashchange", () => render(client.session.get()));
prepareWelcome(client);
