/*
 * Shows how long the session lives, and hides the page when it is over. It asks the server nothing by itself: a request
 * would count as use, and a page that was left open would keep its session alive. The server decides; this only tells.
 */
const shown = document.querySelector("#countdown");
const asking = document.querySelector("#still-there .ask");
const askMs = 120_000;
/** The server's second may end a little later than ours. */
const marginMs = 2_000;

let until = 0;
/** What happens in one tab prolongs the session of all; zero says that it has ended. */
const tabs = new BroadcastChannel("signed-in-until");
tabs.addEventListener("message", ({ data }) => {
  if (data === 0) return location.replace("/sign-in");
  if (data > until) until = data;
  tick();
});

function live(seconds) {
  until = Date.now() + seconds * 1000;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
  tabs.postMessage(until);
  tick();
}

function tick() {
  const left = until - Date.now();
  if (left < -marginMs) {
    location.replace("/timed-out");
    return;
  }
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  shown.textContent = `Signed out in ${text}`;
  asking.hidden = left > askMs;
}

async function stay() {
  const answer = await fetch("/stay", { method: "POST", redirect: "manual" });
  if (answer.ok) live((await answer.json()).secondsLeft);
  // The server says why not.
  else location.assign("/accounts");
}

asking.querySelector("button").addEventListener("click", () => void stay());

live(Number(shown.dataset.secondsLeft));
setInterval(tick, 1000);
// Timers stand still in a tab that nobody looks at, and in a machine that sleeps.
document.addEventListener("visibilitychange", tick);
