import {
  eventId,
  noDetails,
  type AuditCandidate,
  type AuditEvent,
  type PolicyEnforcementReported,
  short,
} from '@auditmesh/events';
import { identityText, type Site } from '@auditmesh/policies';
import { candidateOfEvent, type KeyedCandidate } from './candidates.js';
import { tooLong } from './long-text.js';

/** The time of failures that are counted together. */
export interface Bucket {
  lengthMs: number;
  /** How long after that time their event is made, ms. */
  graceMs: number;
}

const MAX_REASON = 500;
/** Characters of any other text in a report. */
const MAX_TEXT = 500;
const failures = {
  pipeline_failed: {
    type: 'security_policy_pipeline_failed',
    what: 'Pipelines with jobs of the security policy %s failed',
  },
  pipeline_skipped: {
    type: 'security_policy_pipeline_skipped',
    what: 'Pipelines of the security policy %s were skipped',
  },
  scheduled_scan_not_enforced: {
    type: 'security_policy_scheduled_scans_not_enforced',
    what: 'Scheduled scans of the security policy %s could not be enforced',
  },
} as const;
const bypasses = {
  user: 'security_policy_user_push_bypass',
  service_account: 'security_policy_service_account_push_bypass',
  access_token: 'security_policy_access_token_push_bypass',
  merge_request: 'security_policy_merge_request_bypass',
} as const;
type FailureKind = keyof typeof failures;
type BypassType = keyof typeof bypasses;
type PolicyName = PolicyEnforcementReported['policies'][number];

/** What is known of a report, besides what it says. */
export interface ReportCause {
  /** ce_source and ce_id. */
  source: string;
  id: string;
  topic: string;
  traceId: string | null;
  /** Append time, ms. */
  appended: number;
}

/** A report with its place in the directory. */
export interface LocatedReport {
  report: PolicyEnforcementReported;
  cause: ReportCause;
  /** Of the policy project. */
  site: Site;
  /** Full path of the project it happened in, where it is known. */
  projectPath: string | null;
}

/**
 * The candidates of a report, one for each policy: a failure is counted with others of its policy and reason, a bypass
 * is an event of its own, since who and why matter.
 *
 * @param variant of the rollout flag
 */
export function candidatesOfReport(
  located: LocatedReport,
  variant: string,
  bucket: Bucket,
): KeyedCandidate[] {
  const { report } = located;
  return report.policies.map((policy) =>
    report.kind === 'bypassed'
      ? candidateOfEvent(bypassOf(located, policy), located.site.log, variant)
      : failureOf(located, policy, variant, bucket),
  );
}

/** What breaks the contract of `policy.enforcements.v1`, in a sentence; undefined if nothing does. */
export function faultOfReport(
  report: PolicyEnforcementReported,
  headers: Readonly<Record<string, string>>,
  appended: number,
): string | undefined {
  const { kind, policies, bypass_type, policy_project_id, project_id, occurred_at } = report;
  for (const header of ['ce_source', 'ce_id'])
    if (!headers[header])
      return `The header ${header} is missing; with the other one it identifies the cause.`;
  const kinds = [...Object.keys(failures), 'bypassed'];
  if (!kinds.includes(kind)) return `The kind ${JSON.stringify(kind)} is none of ${kinds.join(', ')}.`;
  if (!policies.length) return 'It names no policy.';
  if (kind === 'bypassed' && !Object.hasOwn(bypasses, bypass_type ?? ''))
    return `The bypass_type ${JSON.stringify(bypass_type)} is none of ${Object.keys(bypasses).join(', ')}.`;
  for (const [field, id] of Object.entries({ policy_project_id, project_id }))
    if (!Number.isSafeInteger(id) || id < 1) return `The ${field} ${id} is no id.`;
  if (occurred_at < 0) return 'It happened before 1970.';
  if (occurred_at > appended * 1000 + 86_400_000_000)
    return 'It happened more than a day after it was written here.';
  return tooLong({ ...report, reason: null }, MAX_TEXT);
}

function failureOf(
  { report, cause, site, projectPath }: LocatedReport,
  policy: PolicyName,
  variant: string,
  { lengthMs, graceMs }: Bucket,
): KeyedCandidate {
  const kind = report.kind as FailureKind;
  const { type, what } = failures[kind];
  const { project_id, occurred_at, actor, pipeline_id, schedule_id, ref, commit_sha, merge_request } = report;
  const begin = Math.floor(cause.appended / lengthMs) * lengthMs;
  const reason = report.reason && short(report.reason, MAX_REASON);
  const [name, identity] = [short(policy.name), short(identityText(policy as never))];
  const key = [report.policy_project_id, kind, eventId(0, identity, reason ?? '').slice(-23), begin].join(
    '/',
  );
  const candidate: AuditCandidate = {
    ordinal: null,
    project_id,
    expected: null,
    consolidation_key: key,
    log: site.log,
    type,
    category: 'enforcement_failure',
    occurred_at: begin * 1000,
    scope: site.scope,
    target: { type: 'security_policy', id: identity, name },
    cause: { id: `${cause.id} ${identity}`, topic: cause.topic },
    source: cause.source,
    event: null,
    closes_at: begin + lengthMs + graceMs,
    message: `${what.replace('%s', () => JSON.stringify(name))}${reason ? ` (${reason})` : ''}`,
    occurrence: {
      policy_type: short(policy.type),
      policy_name: name,
      kind,
      reason,
      project_id,
      project_path: projectPath,
      occurred_at,
      actor,
      pipeline_id,
      schedule_id,
      ref: ref && short(ref),
      commit_sha: commit_sha && short(commit_sha),
      merge_request: shortTitle(merge_request),
    },
    rollout_variant: variant,
  };
  return { key, candidate };
}

function bypassOf({ report, cause, site, projectPath }: LocatedReport, policy: PolicyName): AuditEvent {
  const bypassType = report.bypass_type as BypassType;
  const [name, identity] = [short(policy.name), short(identityText(policy as never))];
  const reason = report.reason && short(report.reason, MAX_REASON);
  return {
    ...noDetails,
    id: eventId(report.occurred_at, cause.source, cause.id, identity),
    type: bypasses[bypassType],
    category: 'enforcement_failure',
    occurred_at: report.occurred_at,
    scope: site.scope,
    target: { type: 'security_policy', id: identity, name },
    actor: report.actor ?? { id: null, type: 'user', name: null, email: null, ip: null, user_agent: null },
    outcome: 'success',
    message: bypassMessage(report, name, projectPath, reason),
    consolidation: null,
    cause: { id: cause.id, topic: cause.topic },
    source: cause.source,
    trace_id: cause.traceId,
    bypass: {
      bypass_type: bypassType,
      policy_type: short(policy.type),
      policy_name: name,
      project_id: report.project_id,
      project_path: projectPath,
      reason,
      ref: report.ref && short(report.ref),
      commit_sha: report.commit_sha && short(report.commit_sha),
      merge_request: shortTitle(report.merge_request),
      exemption: report.exemption.slice(0, 50).map((each) => short(each)),
      unresolved: site.unresolved,
    },
    contents: [],
  };
}

function bypassMessage(
  { bypass_type, ref, merge_request, project_id }: PolicyEnforcementReported,
  policy: string,
  projectPath: string | null,
  reason: string | null,
): string {
  const project = projectPath ?? `project ${project_id}`;
  const what =
    bypass_type === 'merge_request' && merge_request
      ? `Merge request ${project}!${merge_request.iid}`
      : `A push to ${ref ? JSON.stringify(short(ref)) : 'a branch'} of ${project}`;
  const by = String(bypass_type).replace('_', ' ');
  return `${what} bypassed the security policy ${JSON.stringify(policy)} by ${by}${reason ? ` with the reason: ${reason}` : ' without a reason'}`;
}

const shortTitle = (request: PolicyEnforcementReported['merge_request']) =>
  request && { ...request, title: request.title && short(request.title) };
