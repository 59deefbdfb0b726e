// Every wait of the suite ends: with the thing waited for, or with a sentence that says what was missing.

/** The programs are built with sanitizers: run.sh looks. */
export const SANITIZED = Boolean(process.env.PARLEY_SANITIZED);
/** How many times slower than a release build the programs may be. */
export const SLOWNESS = Number(process.env.PARLEY_SLOWNESS ?? 1);

/** All times of the suite that a slow program needs more of go through this. */
export const stretched = (ms) => ms * SLOWNESS;

const PATIENCE_MS = 10_000;

/** A pause that a case is about: its length is what the service is given, not a guess at what it needs. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * `promise`, or an Error naming `what` (a string, or a function called when the time is over). `ms`: how long a
 * release build may take.
 */
export async function within(promise, what, ms = PATIENCE_MS) {
  const limit = stretched(ms);
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const text = typeof what === 'function' ? what() : what;
      reject(new Error(`waited ${limit} ms for ${text}`));
    }, limit);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Polls `probe` until it returns something truthy. Only for state that no event announces. */
export async function eventually(what, probe, ms = PATIENCE_MS) {
  const limit = stretched(ms);
  const end = Date.now() + limit;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
    await pause(20);
  }
}

/** Until the wall clock shows `seconds` since the epoch: for the life of tokens, which is real time. */
export const untilTime = (seconds) => pause(Math.max(0, seconds * 1000 - Date.now()));
