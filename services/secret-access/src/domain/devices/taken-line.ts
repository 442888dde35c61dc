import type { SecretDeviceEntry } from '@auditmesh/events';
import { readLine, type LineContext } from './device-line.js';
import { LineFault } from './line-fault.js';
import type { RawLine } from './line-splitter.js';
import { mayBeUse, type UseRules } from './secret-use.js';

/** What becomes of a line: an entry that is kept, nothing since it concerns no secret, or a fault. */
export type TakenLine = { entry: SecretDeviceEntry } | { skipped: true } | { fault: LineFault };

/** Judges a whole line. Never throws. */
export function takeLine({ bytes }: RawLine, context: LineContext, rules: UseRules): TakenLine {
  if (!bytes) return { fault: new LineFault('TOO_LONG', 'the line is longer than a line may be') };
  const read = readLine(bytes.toString('utf8'), context);
  if (read instanceof LineFault) return { fault: read };
  return mayBeUse(read, rules) ? { entry: read } : { skipped: true };
}

/** Of a line whose end did not come. */
export const cutOff = (): TakenLine => ({ fault: new LineFault('CUT_OFF', 'the line ended before its end') });
