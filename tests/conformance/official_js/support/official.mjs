// The official client, unmodified.
if (!globalThis.crypto?.getRandomValues) {
  throw new Error('Node 18 needs --experimental-global-webcrypto (run.sh gives it)');
}
if (process.env.PARLEY_FRAMES) await import('./print_frames.mjs');

// The client leaves timers behind when it is shut down (one day for the life of its Sync subscriptions, ten
// seconds for an answer it no longer needs): the process of a group would not end before them.
const timers = new Set();
const { setTimeout: realSetTimeout } = globalThis;
const keepTimer = (...args) => {
  const timer = realSetTimeout(...args);
  timers.add(timer);
  return timer;
};
globalThis.setTimeout = Object.defineProperties(keepTimer, Object.getOwnPropertyDescriptors(realSetTimeout));

/** Lets the process end although timers of closed clients are pending. */
export function forgetTimers() {
  for (const timer of timers) timer.unref();
}

const { Client } = await import('@twilio/conversations');
export { Client };
