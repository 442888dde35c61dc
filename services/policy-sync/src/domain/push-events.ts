import {
  eventId,
  referToLong,
  type Actor,
  type AuditEvent,
  type Content,
  type FieldChange,
  type PolicyFilePushed,
} from '@auditmesh/events';
import { type AffectedProjects, type Change, identityText } from '@auditmesh/policies';
import type { PushResult } from './push.js';
import type { Site } from './site.js';

/** What a push is known by. */
export interface Cause {
  push: PolicyFilePushed;
  /** ce_source of the push. */
  source: string;
  /** ce_id of the push. */
  id: string;
  topic: string;
  traceId: string | null;
}

/** An event to come, with the projects it affects; without a key nothing is consolidated. */
export interface PlannedEvent {
  key: string | null;
  event: AuditEvent;
  /** Ascending ids. */
  projects: number[];
}

const verbs = { create: 'Created', update: 'Updated', delete: 'Deleted' };
const MAX_NAME = 255;
const MAX_DIFF_BYTES = 40_000;
const MAX_KEY_NAME = 200;

/**
 * The events of a push: one per policy that changed, and one when the file became invalid or valid again.
 *
 * @param affected projects and warnings by change
 */
export function eventsOfPush(
  cause: Cause,
  site: Site,
  result: PushResult,
  affected: (change: Change) => AffectedProjects,
): PlannedEvent[] {
  const events = result.changes.map((change) => changeEvent(cause, site, result, change, affected(change)));
  if (result.invalidated || result.restored) events.push(fileEvent(cause, site, result));
  return events;
}

function changeEvent(
  cause: Cause,
  site: Site,
  result: PushResult,
  change: Change,
  { projects, warnings }: AffectedProjects,
): PlannedEvent {
  const { push } = cause;
  const identity = identityText(change);
  const own = result.warnings
    .filter(({ policy }) => !policy || identityText(policy) === identity)
    .map(({ message }) => message);
  const key = `${push.policy_project_id}/${push.push_id}/${change.kind}/${short(identity, MAX_KEY_NAME)}`;
  const { diff, contents } = fit(change.diff);
  const event: AuditEvent = {
    ...eventOf(cause, site, key),
    type: `security_policy_${change.kind}`,
    target: { type: 'security_policy', id: short(identity, MAX_NAME), name: short(change.name, MAX_NAME) },
    message: `${verbs[change.kind]} security policy with the name: "${short(change.name, MAX_NAME)}"`,
    policy_change: {
      policy_type: change.type,
      policy_name: short(change.name, MAX_NAME),
      commit_sha: push.commit_sha,
      push_id: push.push_id,
      committer: push.committer,
      pusher: push.pusher,
      diff,
      rules: change.rules,
      renamed_from: change.renamed_from && short(change.renamed_from, MAX_NAME),
      renamed_to: change.renamed_to && short(change.renamed_to, MAX_NAME),
      warnings: [...own, ...site.warnings, ...warnings],
      unresolved: site.unresolved,
    },
    contents,
  };
  return { key, event, projects };
}

function fileEvent(cause: Cause, site: Site, { invalidated }: PushResult): PlannedEvent {
  const { push } = cause;
  const kind = invalidated ? 'invalidated' : 'restored';
  const project = site.scope.path ?? String(push.policy_project_id);
  const message = invalidated
    ? 'The policy file has become invalid: the policies last known to be valid are no longer what the file says'
    : 'The policy file is valid again';
  const event: AuditEvent = {
    ...eventOf(cause, site, `${push.policy_project_id}/${push.push_id}/${kind}`),
    type: `security_policy_yaml_${kind}`,
    target: { type: 'project', id: String(push.policy_project_id), name: project },
    message,
    policy_file: {
      commit_sha: push.commit_sha,
      push_id: push.push_id,
      committer: push.committer,
      pusher: push.pusher,
      errors: invalidated ?? [],
      unresolved: site.unresolved,
    },
  };
  return { key: null, event, projects: [] };
}

function eventOf({ push, source, id, topic, traceId }: Cause, { scope }: Site, key: string) {
  return {
    id: eventId(push.occurred_at, source, key),
    category: 'policy_change',
    occurred_at: push.occurred_at,
    actor: authorOf(push),
    scope,
    outcome: 'success',
    consolidation: null,
    cause: { id, topic },
    source,
    trace_id: traceId,
    policy_change: null,
    policy_file: null,
    attributes: null,
    contents: [],
  };
}

/** The commit's author; if that is who pushed, all that is known of them. */
function authorOf({ author, pusher }: PolicyFilePushed): Actor {
  if (pusher?.email && pusher.email.toLowerCase() === author.email.toLowerCase()) return pusher;
  return { id: null, type: 'user', name: author.name, email: author.email, ip: null, user_agent: null };
}

/** The diff with long values carried beside the event; a diff too long as a whole becomes one change of the whole policy. */
function fit(diff: FieldChange[]): { diff: FieldChange[]; contents: Content[] } {
  const contents = new Map<string, Content>();
  const shorten = (text: string | null): string | null => {
    if (text === null) return null;
    const { text: short, content } = referToLong(text);
    if (content) contents.set(content.sha256, content);
    return short;
  };
  const fitted = diff.map(({ path, before, after }) => ({
    path,
    before: shorten(before),
    after: shorten(after),
  }));
  if (JSON.stringify(fitted).length <= MAX_DIFF_BYTES)
    return { diff: fitted, contents: [...contents.values()] };
  contents.clear();
  const whole = JSON.stringify(diff.map(({ path, before, after }) => ({ path, before, after })));
  return { diff: [{ path: '', before: null, after: shorten(whole) }], contents: [...contents.values()] };
}

/** The text itself, or its beginning with a hash of all of it, so that different texts stay different. */
function short(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 20).toWellFormed()}… ${eventId(0, text).slice(-12)}`;
}
