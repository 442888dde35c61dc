import { parseMicros, type EventJson, type Json } from '@auditmesh/events';
import type { GitLabEvent } from './payload.js';
import { authorClass, INSTANCE, scopeTypes, theirKind, UNKNOWN_AUTHOR } from './vocabulary.js';

type Fields = { [name: string]: Json };

/** Where an event that came from GitLab keeps the fields of its payload that nobody knew. */
export const OTHER_FIELDS = 'other_payload_fields';

/**
 * The event as GitLab would stream it. Existing consumers find every field they read; what GitLab has no field for is
 * under `details.auditmesh`. An event that came from GitLab has the id that it had there.
 */
export function gitLabEvent(event: EventJson): GitLabEvent {
  const { actor, scope, target, cause, source } = event;
  const fields = fieldsOf(event.details);
  const { [OTHER_FIELDS]: others, ...own } = fields;
  const isInstance = scope.type === 'instance';
  const cameFromGitLab = source.startsWith(SOURCE) && cause.topic === null;
  const shared = {
    author_name: actor.name ?? actor.email ?? UNKNOWN_AUTHOR.name,
    entity_path: isInstance ? INSTANCE.path : scope.path,
    ip_address: actor.ip,
    target_id: numberOf(target.id),
    target_type: theirKind(target.type),
    target_details: target.name ?? target.id,
  };
  const details: Fields = {
    ...underTheirNames(fields),
    event_name: event.type,
    author_class: authorClass(actor.type, actor.id),
    ...(actor.email === null ? {} : { author_email: actor.email }),
    custom_message: event.message,
    ...shared,
    ...own,
    auditmesh: ownOf(event),
  };
  return {
    ...(isObject(others) ? others : {}),
    id: cameFromGitLab ? cause.id : event.id,
    author_id: numberOf(actor.id) ?? UNKNOWN_AUTHOR.id,
    entity_id: isInstance ? INSTANCE.id : numberOf(scope.id),
    entity_type: scopeTypes.theirs(scope.type)!,
    event_type: event.type,
    created_at: momentOf(event.occurred_at),
    ...shared,
    details,
  };
}

/** Source of events that came from GitLab, before the name of the instance. */
export const SOURCE = 'gitlab/';

/** What GitLab's shape has no place for. */
function ownOf({
  id,
  category,
  outcome,
  actor,
  target,
  consolidation,
  cause,
  source,
  trace_id,
}: EventJson): Json {
  const { type, email, user_agent } = actor;
  return {
    id,
    category,
    outcome,
    actor: { id: actor.id, type, email, user_agent },
    target: { ...target },
    consolidation: consolidation && {
      ...consolidation,
      amends: consolidation.amends && { ...consolidation.amends },
    },
    cause: { ...cause },
    source,
    trace_id,
  };
}

/** Details of ours that GitLab has under another name, by a field that only such details have. */
const theirNames: Record<string, Record<string, string>> = {
  push_id: { commit_sha: 'security_policy_project_commit_sha' },
  skipped_policies: {
    limit: 'policy_type_limit',
    active_policies: 'active_policies_names',
    skipped_policies: 'active_skipped_policies_names',
  },
  bypass_type: { policy_name: 'security_policy_name', ref: 'branch_name' },
};

/** The details once more, under GitLab's names. */
function underTheirNames(fields: Fields): Fields {
  const names = Object.entries(theirNames).flatMap(([mark, table]) =>
    Object.hasOwn(fields, mark) ? Object.entries(table) : [],
  );
  return Object.fromEntries(
    names.flatMap(([own, theirs]) => (Object.hasOwn(fields, own) ? [[theirs, fields[own]!]] : [])),
  );
}

function fieldsOf(details: Json): Fields {
  if (details === null) return {};
  return isObject(details) ? details : { value: details };
}
const isObject = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** GitLab's ids are numbers; what is none has no place there. */
function numberOf(id: string | null): number | null {
  const number = id === null || !/^-?(0|[1-9]\d*)$/.test(id) ? NaN : Number(id);
  return Number.isSafeInteger(number) && !Object.is(number, -0) ? number : null;
}

/** With milliseconds, as GitLab writes it, where that is all there is. */
const momentOf = (text: string): string => (parseMicros(text)! % 1000 ? text : text.replace(/000Z$/, 'Z'));
