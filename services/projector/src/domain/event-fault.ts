import { categories, type AuditEvent, type Catalog } from '@auditmesh/events';
import { faultOfJson, isStorable, quote } from './storable-text.js';

/** Bytes of JSON that an event may have. */
const MAX_BYTES = 60_000;
const DAY_US = 86_400_000_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LOG = /^[^.]+\.\d+$/;
const actorTypes = ['user', 'service_account', 'access_token', 'deploy_key', 'system'];
const scopeTypes = ['instance', 'group', 'project', 'user'];
const outcomes = ['success', 'failure', 'denied'];

/**
 * What breaks the contract of `audit.events.v1`, in a sentence; undefined if nothing does.
 *
 * @param key of the record
 * @param appended append time of the record, ms
 */
export function faultOf(
  event: AuditEvent,
  key: string,
  appended: number,
  catalog: Catalog,
): string | undefined {
  const { id, type, category, occurred_at, actor, scope, outcome } = event;
  if (!catalog.get(type)) return `The type ${quote(type)} is not in the catalog.`;
  if (!(categories as readonly string[]).includes(category))
    return `The category ${quote(category)} is none of ${categories.join(', ')}.`;
  if (!UUID.test(id)) return `The id ${quote(id)} is no UUIDv8 in lower case.`;
  if (occurred_at < 0) return 'It happened before 1970.';
  if (occurred_at > appended * 1000 + DAY_US) return 'It happened more than a day after it was written here.';
  if (parseInt(id.slice(0, 8) + id.slice(9, 13), 16) !== Math.floor(occurred_at / 1000))
    return 'The id does not begin with the millisecond of occurred_at.';
  if (!actorTypes.includes(actor.type))
    return `The actor's type ${quote(actor.type)} is none of ${actorTypes.join(', ')}.`;
  if (!scopeTypes.includes(scope.type))
    return `The scope's type ${quote(scope.type)} is none of ${scopeTypes.join(', ')}.`;
  if (!outcomes.includes(outcome)) return `The outcome ${quote(outcome)} is none of ${outcomes.join(', ')}.`;
  if (!LOG.test(key)) return `The key ${quote(key)} is not {tenant}.{shard}.`;
  if (key.split('.')[0] !== (scope.root_namespace_id ?? '0'))
    return `The key ${quote(key)} does not name the tenant of the scope.`;
  return faultOfText(event);
}

/** Texts that PostgreSQL cannot hold: NUL and lone surrogates. */
function faultOfText(event: AuditEvent): string | undefined {
  const { attributes, policy_change: change } = event;
  if (attributes !== null) {
    const fault = faultOfJson(attributes);
    if (fault) return fault;
    if (!/^\s*\{/.test(attributes)) return 'The attributes are no JSON object.';
  }
  for (const { before, after } of change?.diff ?? []) {
    const fault =
      (before === null ? undefined : faultOfJson(before)) ??
      (after === null ? undefined : faultOfJson(after));
    if (fault) return fault;
  }
  if (event.contents.some(({ text }) => text.includes('\0'))) return 'A content contains NUL.';
  const text = JSON.stringify({ ...event, contents: [] });
  if (Buffer.byteLength(text) > MAX_BYTES) return `The event has more than ${MAX_BYTES} bytes of JSON.`;
  return isStorable(event, text) ? undefined : 'A text contains NUL or a lone surrogate.';
}
