// The official client leaves unhandled rejections behind when it is cut off while it loads something. For groups
// that cut it off everywhere these say nothing; those of the suite itself still count.
const ofTheClient = (reason) => /node_modules\/(@twilio|twilio|twilsock|conversations)/.test(reason?.stack ?? '');

/** Unhandled rejections of which `isExpected(reason)` is true are no fault from now on. */
export function tolerateRejections(isExpected) {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason, promise) => {
    if (!isExpected(reason)) for (const other of others) other.call(process, reason, promise);
  });
}

/** Call it in a case's file; as long as the process lives. */
export const tolerateRejectionsOfTheClient = () => tolerateRejections(ofTheClient);
