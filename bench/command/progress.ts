import type { ReportEvent } from '@auditmesh/local-stack';

const started = performance.now();

/** A line for whoever waits, on standard error, with the seconds since the beginning. */
export function say(text: string): void {
  const elapsed = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  process.stderr.write(`${elapsed} s  ${text}\n`);
}

/** Tells of the start of servers. */
export function sayStart(event: ReportEvent): void {
  if (event.kind === 'note') say(event.text);
  else if (event.kind === 'fail') say(`${event.step} failed`);
}
