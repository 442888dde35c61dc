import type { SecretAccess, SecretAccessed } from '@auditmesh/events';

const DAY_US = 86_400_000_000;
const MAX_INTERVAL_MS = 7 * 86_400_000;
const MAX_ID = 4_096;
const MAX_PRODUCER = 500;
const CONTROL = /[\u0000-\u001f\u007f]/;
/** What stands for a character that the trail cannot hold. */
const ESCAPED = /\\u[0-9a-f]{4}/g;
export const accessTypes = ['read', 'write', 'list', 'delete', 'rotate'] as const;
export const accessOutcomes = ['success', 'failure', 'denied'] as const;
export const guarantees = ['fail_closed', 'spooled', 'outbox', 'none'] as const;
export const actorTypes = ['user', 'service_account', 'access_token', 'deploy_key', 'system'] as const;

/**
 * What is wrong with the source or the numbers of a record of `secret.accesses.v1`, in a sentence; undefined if nothing is.
 * Without these nobody knows what it would be a repetition of. No sentence quotes the record, whose texts may be anything.
 */
export function faultOfNumbers(record: SecretAccessed): string | undefined {
  const { producer_id, sequence, partition_sequence } = record;
  if (!producer_id) return 'The producer_id is empty.';
  if (CONTROL.test(producer_id)) return 'The producer_id has control characters.';
  if (producer_id.length > MAX_PRODUCER) return `The producer_id is longer than ${MAX_PRODUCER} characters.`;
  for (const [name, number] of Object.entries({ sequence, partition_sequence }))
    if (!Number.isSafeInteger(number) || number < 0) return `The ${name} is no number from 0 on.`;
  if (sequence > 0 !== partition_sequence > 0)
    return 'One of sequence and partition_sequence is 0 and the other is not; number the record by both or by none.';
  return undefined;
}

/**
 * What else breaks the contract, as above.
 *
 * @param appended append time of the record, µs
 */
export function faultOfRecord(
  record: SecretAccessed,
  headers: Readonly<Record<string, string>>,
  appended: number,
): string | undefined {
  const { kind, occurred_at, access, heartbeat } = record;
  for (const header of ['ce_source', 'ce_id']) {
    if (!headers[header])
      return `The header ${header} is missing; with the other one it identifies the cause.`;
    if (headers[header].length > MAX_PRODUCER)
      return `The header ${header} is longer than ${MAX_PRODUCER} characters.`;
    if (CONTROL.test(headers[header])) return `The header ${header} has control characters.`;
  }
  if (!Number.isSafeInteger(occurred_at) || occurred_at < 0) return 'It happened before 1970.';
  if (occurred_at > appended + DAY_US) return 'It happened more than a day after it was written here.';
  if (kind === 'access' && access && !heartbeat) return faultOfAccess(access);
  if (kind === 'heartbeat' && heartbeat && !access) return faultOfInterval(heartbeat.interval_ms);
  return 'It must be an access or a heartbeat, and have the one of the two fields that its kind names.';
}

function faultOfAccess({ action, outcome, guarantee, actor, secret_id, corrects }: SecretAccess) {
  const vocabularies = [
    ['action', action, accessTypes],
    ['outcome', outcome, accessOutcomes],
    ['guarantee', guarantee, guarantees],
    ["actor's type", actor.type, actorTypes],
  ] as const;
  for (const [name, word, words] of vocabularies)
    if (!(words as readonly string[]).includes(word)) return `The ${name} is none of ${words.join(', ')}.`;
  if (!secret_id) return 'The secret_id is empty.';
  if (secret_id.length > MAX_ID && secret_id.replace(ESCAPED, '_').length > MAX_ID)
    return `The secret_id is longer than ${MAX_ID} characters.`;
  if (corrects !== null && !(corrects >= 1)) return 'The record that it corrects is no number from 1 on.';
  return undefined;
}

function faultOfInterval(intervalMs: number | null): string | undefined {
  if (intervalMs === null || (intervalMs >= 1 && intervalMs <= MAX_INTERVAL_MS)) return undefined;
  return `The interval_ms is not from 1 to ${MAX_INTERVAL_MS}.`;
}
