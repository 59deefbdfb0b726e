// Every wait of the suite ends: with the thing waited for, or with a sentence that says what was missing.

export const PATIENCE_MS = Number(process.env.PARLEY_PATIENCE_MS ?? 10_000);

/** `promise`, or an Error naming `what` (a string, or a function called when the time is over). */
export async function within(promise, what, ms = PATIENCE_MS) {
  let timer;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const text = typeof what === 'function' ? what() : what;
      reject(new Error(`waited ${ms} ms for ${text}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Polls `probe` until it returns something truthy. Only for state that no event announces. */
export async function eventually(what, probe, ms = PATIENCE_MS) {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Until the wall clock shows `seconds` since the epoch: for the life of tokens, which is real time. */
export const untilTime = (seconds) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds * 1000 - Date.now())));
