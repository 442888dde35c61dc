import {
  escapeTexts,
  eventId,
  noDetails,
  short,
  topics,
  type Actor,
  type AuditEvent,
  type MergeRequestChanged,
} from '@auditmesh/events';
import { identityText, type Site } from '@auditmesh/policies';
import type { ApprovalPolicy } from './approval-policy.js';
import {
  detailsOfMerge,
  detailsOfMergeRequest,
  detailsOfVerdict,
  TIGHT,
  USUAL,
  type Details,
  type Room,
} from './event-details.js';
import type { Told } from './telling.js';

/** An event, and the key of its record. */
export interface LoggedEvent {
  log: string;
  event: AuditEvent;
}

/** What is told about, besides what a record says. */
export interface Circumstances {
  facts: MergeRequestChanged;
  /** ce_source and ce_id of the record. */
  source: string;
  id: string;
  traceId: string | null;
  /** Where the events of a project belong. */
  siteOf(projectId: number): Site;
}

/** What is distinct about an event. */
interface Distinct {
  type: string;
  category: string;
  site: Site;
  /** The policy it is about, else it is about the merge request. */
  policy?: ApprovalPolicy;
  actor: Actor;
  message: string;
  details: Details;
}

const unknownActor: Actor = {
  id: null,
  type: 'user',
  name: null,
  email: null,
  ip: null,
  user_agent: null,
};

const MAX_BYTES = 55_000;
const MAX_PATH = 800;

/** The audit event of what has to be told. Its id follows from the cause and what it is about, its length is what the trail takes. */
export function eventOf(told: Told, circumstances: Circumstances): LoggedEvent {
  const usual = logged(circumstances, distinctOf(told, circumstances, USUAL));
  const fits = Buffer.byteLength(JSON.stringify(usual.event)) <= MAX_BYTES;
  return fits ? usual : logged(circumstances, distinctOf(told, circumstances, TIGHT));
}

function distinctOf(told: Told, { facts, siteOf }: Circumstances, room: Room): Distinct {
  const site = siteOf(facts.project_id);
  const path = shortened(facts.project_path, MAX_PATH) ?? site.scope.path;
  const reference = `${path ?? `project ${facts.project_id}`}!${facts.iid}`;
  const about = detailsOfMergeRequest(facts, path, room);
  const whose = facts.actor ?? facts.author;
  const merger = facts.actor ?? unknownActor;
  if (told.kind === 'resolved') {
    return {
      ...{ type: 'security_policy_violations_resolved', category: 'violation_detection' },
      ...{ site, actor: whose, details: about },
      message: `All approval policy violations of the merge request ${reference} are resolved`,
    };
  }
  if (told.kind === 'merged') {
    return {
      ...{ type: 'merge_request_merged', category: 'activity', site, actor: merger },
      message: `Merged the merge request ${reference}`,
      details: detailsOfMerge(facts, told.verdicts, room),
    };
  }
  const { verdict } = told;
  const { policy } = verdict;
  const name = JSON.stringify(short(policy.name));
  const which = `the approval policy ${name}${policy.onlyWarns ? ', which only warns' : ''}`;
  const ofPolicy = { policy, site: siteOf(policy.policyProjectId) };
  if (told.kind === 'detected') {
    return {
      ...ofPolicy,
      ...{ type: 'security_policy_violations_detected', category: 'violation_detection', actor: whose },
      message: `The merge request ${reference} breaks ${which}`,
      details: { ...about, ...detailsOfVerdict(verdict, room) },
    };
  }
  if (told.kind === 'branches_exempt') {
    return {
      ...ofPolicy,
      ...{ type: 'merge_request_branch_bypassed_by_security_policy', category: 'enforcement_failure' },
      ...{ actor: merger, details: about },
      message: `The approval policy ${name} does not apply to ${reference}, whose branches it exempts`,
    };
  }
  return {
    ...ofPolicy,
    ...{
      type: 'security_policy_merge_request_merged_with_policy_violations',
      category: 'violation_detection',
      actor: merger,
    },
    message: `The merge request ${reference} was merged with violations of ${which}`,
    details: { ...about, ...detailsOfVerdict(verdict, room, facts.occurred_at) },
  };
}

function logged({ facts, source, id, traceId }: Circumstances, distinct: Distinct): LoggedEvent {
  const { type, category, site, policy, actor, message, details } = distinct;
  const target = policy
    ? {
        type: 'security_policy',
        id: short(identityText({ type: 'approval_policy', name: policy.name })),
        name: short(policy.name),
      }
    : { type: 'merge_request', id: String(facts.id), name: short(facts.title) };
  const about = policy ? `${policy.policyProjectId}/${policy.name}` : '';
  const text = (value: string | null) => shortened(value);
  const event: AuditEvent = escapeTexts({
    ...noDetails,
    id: eventId(facts.occurred_at, source, id, type, about),
    type,
    category,
    occurred_at: facts.occurred_at,
    actor: {
      id: text(actor.id),
      type: actor.type,
      name: text(actor.name),
      email: text(actor.email),
      ip: text(actor.ip),
      user_agent: text(actor.user_agent),
    },
    scope: site.scope,
    target,
    outcome: 'success',
    message,
    consolidation: null,
    cause: { id, topic: topics.mergeRequestsChanges.name },
    source,
    trace_id: traceId,
    contents: [],
  });
  return { log: site.log, event: { ...event, attributes: JSON.stringify(escapeTexts(details)) } };
}

const shortened = (text: string | null, limit?: number): string | null =>
  text === null ? null : short(text, limit);
