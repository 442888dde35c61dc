const burstMs = 1000;

/**
 * Calls `first` at the first SIGINT, SIGTERM or SIGHUP and `again` at every later one. Ctrl-C reaches a program twice,
 * from the terminal and from npm, so what follows the first within a second is taken as the same.
 */
export function onStopSignals(first, again) {
  let firstAt;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = Date.now();
        first(signal);
      } else if (Date.now() - firstAt > burstMs) {
        again(signal);
      }
    });
  }
}
