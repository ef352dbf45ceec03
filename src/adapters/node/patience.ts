/** How long the other end of a connection may take to close it, once its session has ended. */
const patienceMs = 5_000;

/** Calls `cutOff` unless it is cancelled in time. No rule of expiry: whoever is cut off has been told to go. */
export function whenPatienceEnds(cutOff: () => void): () => void {
  const timer = setTimeout(cutOff, patienceMs);
  timer.unref();
  return () => clearTimeout(timer);
}
