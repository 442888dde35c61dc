import {
  eventId,
  eventJson,
  noDetails,
  parseMicros,
  referToLong,
  type AuditEvent,
  type Catalog,
  type Content,
  type Json,
} from '@auditmesh/events';
import type { GitLabEvent } from './payload.js';
import { gitLabEvent, OTHER_FIELDS, SOURCE } from './to-gitlab.js';
import { actorType, ourKind, scopeTypes, UNKNOWN_AUTHOR } from './vocabulary.js';

type Fields = { [name: string]: Json };

/** Where the event belongs, as the directory knows it; null for what it does not know. */
export interface Place {
  path: string | null;
  /** Root namespace. */
  tenant: string | null;
}

/** Characters that texts may have, so that columns with an index hold them; the whole stays in the details. */
const MAX_NAME = 255;
const MAX_PATH = 800;
const MAX_MESSAGE = 2_000;
/** Bytes of the details, as text within the event, beyond which it only refers to them. */
const MAX_DETAILS = 30_000;

/** ce_source of what a GitLab instance streams. */
export const gitLabSource = (instance: string): string => `${SOURCE}${instance}`;

/**
 * The event that GitLab streamed. Its id follows from the instance, GitLab's id and the time, so a repetition gives the
 * same event. What our fields do not hold stays in the details, so the way back gives what came.
 *
 * @returns undefined if the catalog does not know the type
 */
export function eventOfGitLab(
  given: GitLabEvent,
  others: Fields,
  instance: string,
  place: Place,
  catalog: Catalog,
): AuditEvent | undefined {
  const type = catalog.get(given.event_type);
  if (!type) return undefined;
  const source = gitLabSource(instance);
  const occurred_at = parseMicros(given.created_at)!;
  const bare: AuditEvent = {
    id: eventId(occurred_at, source, given.id),
    type: type.name,
    category: catalog.category(type.name)!,
    occurred_at,
    actor: actorOf(given),
    scope: scopeOf(given, place),
    target: targetOf(given),
    outcome: 'success',
    message: messageOf(given, type.description),
    consolidation: null,
    cause: { id: given.id, topic: null },
    source,
    trace_id: null,
    ...noDetails,
    contents: [],
  };
  return { ...bare, ...fitted(whatIsLeft(given.details, others, bare)) };
}

function actorOf({ author_id, author_name, ip_address, details }: GitLabEvent): AuditEvent['actor'] {
  const id = author_id === null || Number(author_id) === UNKNOWN_AUTHOR.id ? null : String(author_id);
  const { author_email: email } = details;
  return {
    id,
    type: actorType(details.author_class),
    name: cut(author_name, MAX_NAME),
    email: typeof email === 'string' && email ? cut(email, MAX_NAME) : null,
    ip: ip_address || null,
    user_agent: null,
  };
}

function scopeOf(
  { entity_type, entity_id, entity_path }: GitLabEvent,
  { path, tenant }: Place,
): AuditEvent['scope'] {
  const type = scopeTypes.ours(entity_type)!;
  if (type === 'instance') return { type, id: null, path: null, root_namespace_id: null };
  const id = entity_id === null ? null : String(entity_id);
  return { type, id, path: path ?? cut(entity_path, MAX_PATH), root_namespace_id: tenant };
}

/** Without a target it is the entity that was acted upon. */
function targetOf(given: GitLabEvent): AuditEvent['target'] {
  const { target_type, target_id, target_details } = given;
  if (target_type === null && target_id === null && target_details === null)
    return {
      type: scopeTypes.ours(given.entity_type)!,
      id: given.entity_id === null ? null : String(given.entity_id),
      name: cut(given.entity_path, MAX_PATH),
    };
  return {
    type: cut(ourKind(target_type ?? 'unknown'), MAX_NAME)!,
    id: target_id === null ? null : cut(String(target_id), MAX_NAME),
    name: cut(target_details, MAX_PATH),
  };
}

/** The message of GitLab where it is a text; an object, as of git operations, is written out. */
function messageOf(
  { details: { custom_message: message }, event_type }: GitLabEvent,
  description: string,
): string {
  if (typeof message === 'string' && message) return cut(message, MAX_MESSAGE)!;
  const what = description || event_type;
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return what;
  const parts = Object.entries(message).map(([name, value]) => `${name} ${textOf(value)}`);
  return cut(`${what}: ${parts.join(', ')}`, MAX_MESSAGE)!;
}
const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Details that the event without them would not give back as they were. */
function whatIsLeft(details: Fields, others: Fields, bare: AuditEvent): Fields {
  const regained = gitLabEvent(eventJson(bare)).details;
  const left = Object.entries(details).filter(
    ([name, value]) => !Object.hasOwn(regained, name) || !isSame(regained[name], value),
  );
  const rest: Fields = Object.keys(others).length ? { [OTHER_FIELDS]: others } : {};
  return { ...Object.fromEntries(left), ...rest };
}
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Details short enough for an event, with long values beside it. */
function fitted(details: Fields): { attributes: string | null; contents: Content[] } {
  if (!Object.keys(details).length) return { attributes: null, contents: [] };
  const contents = new Map<string, Content>();
  const parts = Object.entries(details).map(([name, value]) => {
    const { text, content } = referToLong(JSON.stringify(value));
    if (content) contents.set(content.sha256, content);
    return `${JSON.stringify(name)}:${text}`;
  });
  const attributes = `{${parts.join(',')}}`;
  if (new TextEncoder().encode(JSON.stringify(attributes)).length <= MAX_DETAILS)
    return { attributes, contents: [...contents.values()] };
  const { text, content } = referToLong(JSON.stringify(details));
  return { attributes: text, contents: content ? [content] : [] };
}

const cut = (text: string | null, length: number): string | null =>
  text === null || text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
