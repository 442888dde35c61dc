import { hash } from 'node:crypto';

/**
 * Id of the event that has this cause: a UUIDv8 (RFC 9562, section 5.8) of the 48-bit millisecond of `occurredAt`
 * followed by 74 bits of SHA-256 over the cause. Equal causes give equal ids, ids sort by time, and an id names
 * the month of its event.
 *
 * @param occurredAt µs since the epoch, not negative
 * @param cause what makes the event distinct, outermost first: source, id, and what else tells siblings apart
 */
export function eventId(occurredAt: number, ...cause: string[]): string {
  const time = Math.floor(occurredAt / 1000)
    .toString(16)
    .padStart(12, '0');
  const digest = hash('sha256', JSON.stringify(cause), 'hex');
  const variant = ((parseInt(digest[3]!, 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-8${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}

/** 64 bits of SHA-256 over a cause, by which its duplicates are known. */
export const causeHash = (...cause: string[]): bigint =>
  hash('sha256', JSON.stringify(cause), 'buffer').readBigUInt64BE();
