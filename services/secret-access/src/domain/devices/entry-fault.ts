import type { SecretDeviceEntry } from '@auditmesh/events';

const kinds = ['request', 'response', 'overflow'];
const DAY_US = 86_400_000_000;

/** What breaks the contract of an entry that somebody else may have written; undefined if nothing does. @param appended µs */
export function faultOfEntry(entry: SecretDeviceEntry, appended: number): string | undefined {
  const { kind, device, request_id, occurred_at, operation, path } = entry;
  if (!kinds.includes(kind)) return `kind must be one of ${kinds.join(', ')}.`;
  if (!device) return 'device is empty.';
  if (!request_id) return 'request_id is empty.';
  if (occurred_at < 0) return 'occurred_at is before 1970.';
  if (occurred_at > appended + DAY_US) return 'occurred_at is later than tomorrow.';
  if (kind !== 'overflow' && (!operation || !path)) return `a ${kind} needs operation and path.`;
  return undefined;
}
