/* Tells the other tabs that nobody is signed in here any more, so that they put away what they show. */
const tabs = new BroadcastChannel("signed-in-until");
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
tabs.postMessage(0);
