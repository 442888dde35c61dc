import { causeHash, escapeText } from '@auditmesh/events';

const HASH_DIGITS = 16;

/**
 * Text that can be stored, at most `limit` characters long. A longer one is cut and ends with a hash of the whole, so
 * two different texts stay different.
 */
export function bounded(text: string, limit: number): string {
  const escaped = escapeText(text);
  if (escaped.length <= limit) return escaped;
  const hash = causeHash(escaped).toString(16).padStart(HASH_DIGITS, '0');
  return escapeText(`${escaped.slice(0, limit - HASH_DIGITS - 1)}…${hash}`);
}
