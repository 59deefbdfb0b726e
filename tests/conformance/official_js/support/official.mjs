// The official clients, unmodified: three versions of Conversations, and the last one of Programmable Chat.
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

const PACKAGES = {
  '3.0.1': '@twilio/conversations',
  '2.7.0': 'conversations-2.7.0',
  '2.4.1': 'conversations-2.4.1',
  legacy: 'twilio-chat',
};

/** Of Conversations, the newest first: what a case runs with unless it says otherwise. */
export const VERSIONS = ['3.0.1', '2.7.0', '2.4.1'];
export const NEWEST = VERSIONS[0];
/** Older than any of VERSIONS: twilio-chat 6.0.0. */
export const LEGACY = 'legacy';

/** Whether `version` has what came with version `since`. */
export const hasSince = (version, since) => VERSIONS.indexOf(version) <= VERSIONS.indexOf(since);

/** The name under which npm has installed a version. */
export const packageOf = (version) => PACKAGES[version];

/** The module of a version, loaded when it is first asked for. */
export const official = (version = NEWEST) => import(packageOf(version));
