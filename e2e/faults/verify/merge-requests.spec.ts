import { noDetails, type AuditEvent, type MergeRequestChanged } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { mergeRequestRecord } from '../plan/merge-request-load.ts';
import { eventsOfMergeRequests } from './merge-requests.ts';
import type { TopicRecord } from './topic-record.ts';

const person = (name: string) => ({
  user: { id: `id-${name}`, type: 'user', name, email: null, ip: null, user_agent: null },
  ...{ username: name, role: 'maintainer', custom_role_id: null },
  ...{ group_ids: [], group_paths: [], approved_at: null },
});
const [ann, ben, eve] = ['ann', 'ben', 'eve'].map(person);
const critical = {
  ...{ scanner: 'sast', severity: 'critical', state: 'new_needs_triage', count: 1 },
  ...{ false_positive: false, fix_available: false, detected_at: null },
};

/** A record of the merge request 7 of project 4100, as it stands in its topic. */
function told(sequence: number, facts: Partial<MergeRequestChanged>): TopicRecord<MergeRequestChanged> {
  const occurred_at = sequence * 1_000_000;
  const { value, headers } = mergeRequestRecord(`mr-${sequence}`, 4100, 7, {
    ...{ sequence, occurred_at },
    ...facts,
  });
  const place = { partition: 0, offset: sequence, timestamp: 0, key: '4100', bytes: null };
  return { ...place, headers: headers!, value: value as MergeRequestChanged, sentAs: 'x', poison: undefined };
}

const linesOf = (...records: TopicRecord<MergeRequestChanged>[]) =>
  eventsOfMergeRequests(records).events.map(({ where }) => where);

describe('the events of merge requests', () => {
  it('tell of a policy when the merge request begins to break it, and when it breaks none any more', () => {
    const lines = linesOf(
      told(1, { change: 'opened' }),
      told(2, { findings: [critical] }),
      told(3, { findings: [critical], approvals: [ben!] }),
      told(4, { approvals: [ben!, eve!] }),
      told(5, { approvals: [ben!] }),
    );
    expect(lines).toEqual([
      'violations_detected of mr-1 by Two maintainers',
      'violations_detected of mr-2 by No critical findings',
      'violations_resolved of mr-4',
      'violations_detected of mr-5 by Two maintainers',
    ]);
  });

  it('are none for a record that comes again, comes late or comes after the merge', () => {
    const merged = told(3, { change: 'merged', approvals: [ben!, eve!] });
    expect(linesOf(merged, merged, told(2, {}), told(4, {}))).toEqual(['merge_request_merged of mr-3']);
  });

  it('tell of a merge that lacks approvals, of which that of the author is none', () => {
    const merged = told(3, { change: 'merged', approvals: [ann!, ben!] });
    expect(linesOf(merged)).toEqual([
      'violations_detected of mr-3 by Two maintainers',
      'merge_request_merged of mr-3',
      'merge_request_merged_with_policy_violations of mr-3 by Two maintainers',
    ]);
  });

  it('are those of no policy where the directory does not know the project', () => {
    const merged = told(3, { change: 'merged', project_id: 4900 });
    expect(linesOf(merged)).toEqual(['merge_request_merged of mr-3']);
  });

  it('begin anew when it was closed in between', () => {
    const lines = linesOf(told(1, {}), told(2, { change: 'closed' }), told(3, {}));
    expect(lines).toEqual([
      'violations_detected of mr-1 by Two maintainers',
      'violations_detected of mr-3 by Two maintainers',
    ]);
  });

  it('are wrong if one says other approvals than were given', () => {
    const { events } = eventsOfMergeRequests([told(3, { change: 'merged', approvals: [ben!] })]);
    const withRules = (approvals_given: number): AuditEvent => ({
      ...noDetails,
      ...{ id: '', category: '', occurred_at: 0, outcome: '', message: '', consolidation: null, source: '' },
      ...{ actor: ann!.user, cause: { id: '', topic: null }, trace_id: null, contents: [] },
      type: 'security_policy_merge_request_merged_with_policy_violations',
      scope: { type: 'project', id: '509', path: null, root_namespace_id: '1' },
      target: { type: 'security_policy', id: '', name: 'Two maintainers' },
      attributes: JSON.stringify({
        merge_request_iid: 7,
        policy_approval_rules: [{ approvals_required: 2, approvals_given }],
      }),
    });
    const { fault } = events.at(-1)!;
    expect(fault(withRules(1))).toBeUndefined();
    expect(fault(withRules(2))).toContain('should say');
  });
});
