import {
  contentOf,
  eventId,
  listOfIds,
  noDetails,
  referToLong,
  type Actor,
  type AuditEvent,
  type Content,
  type FieldChange,
  type PolicyFilePushed,
  short,
} from '@auditmesh/events';
import {
  identityText,
  type AffectedProjects,
  type Change,
  type FileWarning,
  type ExceededLimit,
  type Site,
} from '@auditmesh/policies';
import type { PushResult } from './push.js';
import type { Step } from './steps.js';

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

/** One step of a push, where it belongs and what came of it. */
export interface StepOutcome {
  cause: Cause;
  step: Step;
  site: Site;
  result: PushResult;
  exceeded: ExceededLimit[];
}

const verbs = { create: 'Created', update: 'Updated', delete: 'Deleted' };
/** Of an event without its contents; the projector takes 60,000. */
const MAX_EVENT_BYTES = 56_000;
const MAX_WARNING_BYTES = 10_000;
const MAX_ERROR_BYTES = 20_000;
const MAX_KEY_NAME = 200;
/** Names of policies that an event lists, and characters of each. */
const MAX_NAMES = 40;
const MAX_LISTED_NAME = 100;

/**
 * The events of a step: one per policy that changed, one when the file became invalid or valid again, and one for each
 * limit that is exceeded in a new way.
 *
 * @param affected projects and warnings by change
 */
export function eventsOfStep(
  outcome: StepOutcome,
  affected: (change: Change) => AffectedProjects,
): PlannedEvent[] {
  const { result, exceeded } = outcome;
  const events = result.changes.map((change) => changeEvent(outcome, change, affected(change)));
  if (result.invalidated || result.restored) events.push(fileEvent(outcome));
  return [...events, ...exceeded.map((limit) => limitEvent(outcome, limit))];
}

function changeEvent(
  outcome: StepOutcome,
  change: Change,
  { projects, warnings }: AffectedProjects,
): PlannedEvent {
  const { site, result } = outcome;
  const identity = identityText(change);
  const own = result.warnings
    .filter(({ policy }) => !policy || identityText(policy) === identity)
    .map(sentenceOf);
  const key = keyOf(outcome, `${change.kind}/${short(identity, MAX_KEY_NAME)}`);
  const name = short(change.name);
  const list = listOfIds(projects);
  const projectLists = list === null ? [] : [contentOf(list)];
  const event: AuditEvent = {
    ...eventOf(outcome, key),
    type: `security_policy_${change.kind}`,
    target: { type: 'security_policy', id: short(identity), name },
    message: `${verbs[change.kind]} security policy with the name: "${name}"`,
    consolidation: {
      key,
      affected_projects_count: projects.length,
      affected_projects_sample: [],
      affected_projects: projectLists[0]?.sha256 ?? null,
      complete: null,
      missing: 0,
      amends: null,
    },
    policy_change: {
      ...pushed(outcome),
      policy_type: change.type,
      policy_name: name,
      diff: [],
      rules: change.rules,
      renamed_from: change.renamed_from && short(change.renamed_from),
      renamed_to: change.renamed_to && short(change.renamed_to),
      warnings: withinBytes([...own, ...site.warnings, ...warnings], MAX_WARNING_BYTES, leftOut),
    },
    contents: projectLists,
  };
  const { diff, contents } = fit(change.diff, MAX_EVENT_BYTES - bytesOf({ ...event, contents: [] }));
  event.policy_change!.diff = diff;
  event.contents.unshift(...contents);
  return { key, event, projects };
}

function fileEvent(outcome: StepOutcome): PlannedEvent {
  const { invalidated } = outcome.result;
  const kind = invalidated ? 'invalidated' : 'restored';
  const message = invalidated
    ? 'The policy file has become invalid: the policies last known to be valid are no longer what the file says'
    : 'The policy file is valid again';
  const event: AuditEvent = {
    ...eventOf(outcome, keyOf(outcome, kind)),
    type: `security_policy_yaml_${kind}`,
    target: policyProject(outcome),
    message,
    policy_file: {
      ...pushed(outcome),
      errors: withinBytes(invalidated ?? [], MAX_ERROR_BYTES, (count) => ({
        message: leftOut(count),
        line: null,
        column: null,
      })),
    },
  };
  return { key: null, event, projects: [] };
}

function limitEvent(outcome: StepOutcome, { type, limit, active, skipped }: ExceededLimit): PlannedEvent {
  const event: AuditEvent = {
    ...eventOf(outcome, keyOf(outcome, `limit/${type}`)),
    type: 'security_policy_limit_exceeded',
    target: policyProject(outcome),
    message: `Policies limit exceeded for '${type}' type. Only the first ${limit} enabled policies are applied`,
    policy_limit: {
      ...pushed(outcome),
      policy_type: type,
      limit,
      policies_count: active.length + skipped.length,
      active_policies: listed(active),
      skipped_policies: listed(skipped),
    },
  };
  return { key: null, event, projects: [] };
}

const listed = (names: string[]): string[] =>
  names.slice(0, MAX_NAMES).map((name) => short(name, MAX_LISTED_NAME));

const keyOf = ({ cause, step }: StepOutcome, what: string): string =>
  `${cause.push.policy_project_id}/${step.id}/${what}`;

const policyProject = ({ cause, site }: StepOutcome) => ({
  type: 'project',
  id: String(cause.push.policy_project_id),
  name: site.scope.path ?? String(cause.push.policy_project_id),
});

function eventOf({ cause, step, site }: StepOutcome, key: string) {
  const { push, source, id, topic, traceId } = cause;
  return {
    ...noDetails,
    id: eventId(push.occurred_at, source, key),
    category: 'policy_change',
    occurred_at: push.occurred_at,
    actor: authorOf(step, push.pusher),
    scope: site.scope,
    outcome: 'success',
    consolidation: null,
    cause: { id, topic },
    source,
    trace_id: traceId,
    contents: [],
  };
}

/** How the change came, the same for all families. */
const pushed = ({ cause: { push }, step, site }: StepOutcome) => ({
  commit_sha: step.commit_sha,
  push_id: push.push_id,
  committer: step.committer,
  pusher: push.pusher,
  merge_request: push.merge_request,
  unresolved: site.unresolved,
});

/** The commit's author: the account, or who pushed if the address is theirs, or what the commit itself says. */
function authorOf({ author, author_account }: Step, pusher: Actor | null): Actor {
  if (author_account) return author_account;
  if (pusher?.email && pusher.email.toLowerCase() === author.email.toLowerCase()) return pusher;
  const [name, email] = [author.name || null, author.email || null];
  return { id: null, type: 'user', name, email, ip: null, user_agent: null };
}

/** A warning with its place in the file. */
const sentenceOf = ({ message, line, column }: FileWarning): string =>
  line === null ? message : `${message} (line ${line}, column ${column})`;

const leftOut = (count: number): string => `${count} more are left out.`;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** The first of the list that together are no longer than `limit`, and one that counts the others. */
function withinBytes<T>(list: T[], limit: number, others: (count: number) => T): T[] {
  let bytes = 0;
  const kept = list.findIndex((each) => (bytes += bytesOf(each)) > limit);
  return kept < 0 ? list : [...list.slice(0, kept), others(list.length - kept)];
}

/** The diff with long values carried beside the event; a diff too long as a whole becomes one change of the whole policy. */
function fit(diff: FieldChange[], limit: number): { diff: FieldChange[]; contents: Content[] } {
  const contents = new Map<string, Content>();
  const shorten = (text: string | null): string | null => {
    if (text === null) return null;
    const { text: shortened, content } = referToLong(text);
    if (content) contents.set(content.sha256, content);
    return shortened;
  };
  const fitted = diff.map(({ path, before, after }) => ({
    path,
    before: shorten(before),
    after: shorten(after),
  }));
  if (bytesOf(fitted) <= limit) return { diff: fitted, contents: [...contents.values()] };
  contents.clear();
  const whole = JSON.stringify(diff.map(({ path, before, after }) => ({ path, before, after })));
  return { diff: [{ path: '', before: null, after: shorten(whole) }], contents: [...contents.values()] };
}
