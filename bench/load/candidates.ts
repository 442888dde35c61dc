import { hash } from 'node:crypto';
import { logKey, topics, type AuditCandidate, type AuditEvent, noDetails } from '@auditmesh/events';
import type { OutgoingRecord } from '@auditmesh/kafka';
import { TENANT } from './audit-events.ts';

/** What candidates there are, and in which order. */
export interface CandidateMix {
  windows: number;
  /** Members of each, beside its header. */
  members: number;
  /** Windows that are open at the same time: one candidate of each in turn. */
  interleaved: number;
}

/** Candidates of the mix in all. */
export const candidateCount = ({ windows, members }: CandidateMix): number => windows * (1 + members);

const SOURCE = 'platform';
const POLICY_PROJECT = '42';
/** When the first change was made, and the time from one to the next, µs. */
const FIRST_AT = 1_795_000_000_000_000;
const STEP = 1_000_003;

/** Records of `audit.candidates.v1` as changes of policies that apply to many projects give them. */
export function* candidates(mix: CandidateMix): Generator<OutgoingRecord<AuditCandidate>> {
  const { windows, members, interleaved } = mix;
  for (let first = 0; first < windows; first += interleaved) {
    const count = Math.min(interleaved, windows - first);
    const headers = Array.from({ length: count }, (_, i) =>
      header(first + i, members, FIRST_AT + (first + i) * STEP),
    );
    for (const value of headers) yield { key: value.consolidation_key!, value };
    for (let ordinal = 1; ordinal <= members; ordinal++)
      for (const shared of headers) yield { key: shared.consolidation_key!, value: member(shared, ordinal) };
  }
}

/** All candidates of one window, the header first. @param at when the change was made, µs since the epoch */
export function candidatesOf(number: number, members: number, at: number): OutgoingRecord<AuditCandidate>[] {
  const first = header(number, members, at);
  const others = Array.from({ length: members }, (_, i) => member(first, i + 1));
  return [first, ...others].map((value) => ({ key: first.consolidation_key!, value }));
}

const member = (header: AuditCandidate, ordinal: number): AuditCandidate => ({
  ...header,
  ordinal,
  project_id: 100_000 + 7 * ordinal,
  event: null,
});

/** The candidate that carries the event of window `number`. */
function header(number: number, members: number, at: number): AuditCandidate {
  const sha = hash('sha1', String(number), 'hex');
  const event = eventOf(number, sha, at);
  const { type, category, occurred_at, scope, target, cause, source } = event;
  return {
    ordinal: 0,
    project_id: null,
    expected: members,
    consolidation_key: `${POLICY_PROJECT}/git:${sha}/update/approval_policy/${target.name}`,
    log: logKey(TENANT),
    type,
    category,
    occurred_at,
    scope,
    target,
    cause,
    source,
    event,
    closes_at: null,
    occurrence: null,
    message: null,
    rollout_variant: null,
  };
}

function eventOf(number: number, sha: string, at: number): AuditEvent {
  const name = `Approvals of team ${number}`;
  const email = `person.${number % 400}@acme.example`;
  const person = { name: `Person ${number % 400} Surname`, email };
  return {
    id: '00000000-0000-8000-8000-000000000000',
    type: 'security_policy_update',
    category: 'policy_change',
    occurred_at: at,
    actor: { ...person, id: String(number % 400), type: 'user', ip: null, user_agent: null },
    scope: { type: 'project', id: POLICY_PROJECT, path: 'acme/security-policies', root_namespace_id: TENANT },
    target: { type: 'security_policy', id: `approval_policy/${name}`, name },
    outcome: 'success',
    message: `Updated security policy with the name: "${name}"`,
    consolidation: null,
    cause: { id: `git:${sha}`, topic: topics.policyPushes.name },
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    policy_change: {
      policy_type: 'approval_policy',
      policy_name: name,
      commit_sha: sha,
      push_id: `git:${sha}`,
      committer: { ...person, at },
      pusher: null,
      diff: [{ path: '/actions/0/approvals_required', before: '1', after: '2' }],
      rules: { created: [], updated: [0], deleted: [] },
      renamed_from: null,
      renamed_to: null,
      warnings: [],
      unresolved: false,
      merge_request: null,
    },
    contents: [],
  };
}
