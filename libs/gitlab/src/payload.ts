import { parseMicros, type Json } from '@auditmesh/events';
import { scopeTypes } from './vocabulary.js';

type Fields = { [name: string]: Json };

/** An audit event as GitLab streams it to HTTP destinations. */
export interface GitLabEvent {
  /** Unique within its instance; a UUID for events that GitLab does not save. */
  id: string;
  author_id: number | string | null;
  author_name: string | null;
  entity_id: number | string | null;
  entity_path: string | null;
  entity_type: string;
  event_type: string;
  ip_address: string | null;
  target_id: number | string | null;
  target_type: string | null;
  target_details: string | null;
  /** RFC 3339. */
  created_at: string;
  /** Has no schema; it repeats most of the above. */
  details: Fields;
}

export interface FieldFault {
  field: string;
  detail: string;
}

/** A payload with what it has beyond the known fields, or every field at fault. */
export type ReadGitLabEvent = { event: GitLabEvent; others: Fields } | { faults: FieldFault[] };

const MAX_ID = 255;
const texts = ['author_name', 'entity_path', 'ip_address', 'target_type', 'target_details'] as const;
const ids = ['author_id', 'entity_id', 'target_id'] as const;
const known = ['id', 'event_type', 'entity_type', 'created_at', 'details', ...texts, ...ids];

/**
 * Reads a payload. Older versions of GitLab have some fields only within `details`; fields nobody knows are kept.
 *
 * @param payload JSON
 * @param type `X-Gitlab-Audit-Event-Type` of the request, which counts where the payload names no type
 */
export function readGitLabEvent(payload: unknown, type?: string): ReadGitLabEvent {
  if (!isObject(payload)) return { faults: [{ field: 'body', detail: 'it must be a JSON object' }] };
  const details = payload.details ?? {};
  if (!isObject(details)) return { faults: [{ field: 'details', detail: 'it must be an object' }] };
  const value = (field: string) => (Object.hasOwn(payload, field) ? payload : details)[field] ?? null;
  const given = {
    ...Object.fromEntries([...texts, ...ids].map((field) => [field, value(field)])),
    id: idOf(payload.id),
    entity_type: value('entity_type'),
    event_type: payload.event_type ?? details.event_name ?? type ?? null,
    created_at: value('created_at'),
    details,
  } as unknown as GitLabEvent;
  const faults = faultsOf(given);
  if (faults.length) return { faults };
  const others = Object.fromEntries(Object.entries(payload).filter(([name]) => !known.includes(name)));
  return { event: given, others };
}

function faultsOf(given: GitLabEvent): FieldFault[] {
  const faults: FieldFault[] = [];
  const check = (field: keyof GitLabEvent, holds: boolean, detail: string) => {
    if (!holds) faults.push({ field, detail });
  };
  check(
    'id',
    isText(given.id) && given.id !== '' && given.id.length <= MAX_ID,
    'it must be a number or a text',
  );
  check(
    'event_type',
    isText(given.event_type) && given.event_type !== '',
    'it must name the type of the event',
  );
  check(
    'entity_type',
    scopeTypes.ours(given.entity_type) !== undefined,
    'it must be Project, Group, User or Gitlab::Audit::InstanceScope',
  );
  const moment = isText(given.created_at) ? parseMicros(given.created_at) : undefined;
  check(
    'created_at',
    moment !== undefined && moment >= 0,
    'it must be a time such as 2026-11-20T10:00:00.123Z',
  );
  for (const field of texts) check(field, given[field] === null || isText(given[field]), 'it must be a text');
  for (const field of ids)
    check(field, given[field] === null || idOf(given[field]) !== null, 'it must be a number');
  return faults;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text of an id; null if it is none. */
const idOf = (value: unknown): string | null => {
  if (Number.isSafeInteger(value)) return String(value);
  return isText(value) && value.length <= MAX_ID ? value : null;
};
