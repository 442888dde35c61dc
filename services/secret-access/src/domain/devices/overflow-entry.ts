import { formatMicros, type SecretDeviceEntry } from '@auditmesh/events';

/** The entry by which an intake tells that lines are gone. @param since µs @param lost null where nobody knows */
export const overflowEntry = (device: string, since: number, lost: number | null): SecretDeviceEntry => ({
  kind: 'overflow',
  device,
  request_id: `${device}/${formatMicros(since)}`,
  occurred_at: since,
  operation: null,
  path: null,
  mount_point: null,
  mount_type: null,
  namespace_path: null,
  actor: null,
  policies: [],
  allowed: null,
  error_code: null,
  lost,
});
