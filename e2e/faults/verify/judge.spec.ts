import {
  eventId,
  formatMicros,
  topics,
  type AuditCandidate,
  type AuditEvent,
  type ComplianceChange,
  type ComplianceCommand,
  type DirectoryChanged,
  type MergeRequestChanged,
} from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { someEvent } from '../plan/event-shape.ts';
import { DIRECT_SOURCE } from '../plan/event-load.ts';
import { firstFrameworks, frameworkRecord } from '../plan/framework-load.ts';
import { mergeRequestRecord } from '../plan/merge-request-load.ts';
import { SeededRandom } from '../plan/seeded-random.ts';
import type { Evidence } from './evidence.ts';
import { Findings } from './findings.ts';
import { eventsOfFrameworks } from './frameworks.ts';
import { judge } from './judge.ts';
import type { EventRow } from './tables.ts';
import type { TopicRecord } from './topic-record.ts';
import { checkTrail } from './trail.ts';

const random = new SeededRandom(1);
const { event: lone } = someEvent(random, 'spec', 'lone');
const { event: direct, log } = someEvent(random, DIRECT_SOURCE, 'direct');
const { event: posted } = someEvent(random, 'auditmesh/api/admin', 'post');

const record = <T>(
  offset: number,
  value: T | undefined,
  more: Partial<TopicRecord<T>> = {},
): TopicRecord<T> => ({
  partition: 0,
  offset,
  timestamp: 1_000,
  key: log,
  headers: {},
  bytes: Buffer.from(String(offset)),
  value,
  sentAs: undefined,
  poison: undefined,
  ...more,
});
const change = (path: string) =>
  ({ key: 'project/1', entry: { project: { path, archived: false } } }) as DirectoryChanged;
const transition = { violation_id: lone.id, to: 'resolved', reason: null };
const command = { id: 'command', project_id: 4100, occurred_at: 0, transition } as ComplianceCommand;
const merge = mergeRequestRecord('m', 4100, 7, { change: 'opened', occurred_at: 0 });
const candidate = { consolidation_key: null, event: lone } as AuditCandidate;

function rowOf(event: AuditEvent, log_position: number): EventRow {
  const { actor, scope, target, cause, attributes, ...rest } = event;
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(actor).map(([name, value]) => [`actor_${name}`, value])),
    scope_type: scope.type,
    scope_id: scope.id,
    scope_path: scope.path,
    root_namespace_id: scope.root_namespace_id,
    target_type: target.type,
    target_id: target.id,
    target_name: target.name,
    cause_id: cause.id,
    cause_topic: cause.topic,
    occurred_at: formatMicros(event.occurred_at),
    recorded_at: formatMicros(1_000_000),
    details: attributes === null ? null : JSON.parse(attributes),
    log,
    log_position,
  };
}

/** A lone candidate, a direct event that was repeated, a post, and a record that does not decode. */
function evidence(): Evidence {
  const letter = {
    dlq_topic: topics.auditEvents.name,
    dlq_partition: '0',
    dlq_offset: '9',
    dlq_code: 'MALFORMED_RECORD',
  };
  return {
    directory: { namespaces: [], projects: [], policy_links: [] },
    acknowledged: new Set(['c1', 'd1', 'd1-again', 'bad']),
    posts: [{ idempotencyKey: 'post', ids: [posted.id] }],
    pushes: [],
    reports: [],
    directoryChanges: [record(0, change('a')), record(1, change('b'))],
    entries: [
      record(0, change('a').entry!, { key: 'project/1' }),
      record(1, change('b').entry!, { key: 'project/1' }),
    ],
    mergeRequests: [],
    commands: [],
    complianceChanges: [],
    candidates: [record(0, candidate, { sentAs: 'c1' })],
    closures: [],
    events: [
      record(0, lone),
      record(1, direct, { sentAs: 'd1' }),
      record(2, direct, { sentAs: 'd1-again' }),
      record(3, posted),
      record<AuditEvent>(9, undefined, { sentAs: 'bad', poison: 'MALFORMED_RECORD' }),
    ],
    deadLetters: new Map([
      [
        'projector',
        [
          record<never>(0, undefined, {
            bytes: Buffer.from('9'),
            headers: { ...letter, dlq_group: 'projector', dlq_timestamp: '1000' },
          }),
        ],
      ],
    ]),
    tables: {
      events: [lone, direct, posted].map(rowOf),
      heads: new Map([[log, 3]]),
      projects: [{ key: 'project/1', path: 'b', archived: false }],
      ...{ violations: [], violationChanges: [], controlStates: [] },
      contents: new Map(
        [lone, direct, posted].flatMap((e) => e.contents.map(({ sha256, text }) => [sha256, text])),
      ),
    },
  };
}

function findingsOf(change: (evidence: Evidence) => void): string[] {
  const changed = evidence();
  change(changed);
  const findings = new Findings();
  judge(changed, findings);
  return findings.all.map(({ kind }) => kind);
}

describe('the judgement', () => {
  it('has nothing against what follows from what was sent', () =>
    expect(findingsOf(() => undefined)).toEqual([]));

  it('counts what had to come out', () => {
    const findings = new Findings();
    judge(evidence(), findings);
    expect(findings.expected).toBe(6);
  });

  it.each<[string, string[], (evidence: Evidence) => void]>([
    ['a lone event that is there twice', ['doubled'], (e) => e.events.push(record(10, lone))],
    [
      'a post that was accepted and is not there',
      ['lost'],
      (e) => e.posts.push({ idempotencyKey: 'other', ids: ['x'] }),
    ],
    ['a post under two ids', ['doubled'], (e) => e.posts[0]!.ids.push('x')],
    ['a post that was refused', ['wrong'], (e) => (e.posts[0]!.refusal = '400')],
    [
      'a record that Kafka acknowledged and lost',
      ['lost'],
      (e) => (e.acknowledged as Set<string>).add('gone'),
    ],
    ['a row that is not there', ['lost', 'wrong'], (e) => e.tables.events.pop()],
    ['a row that differs', ['wrong'], (e) => (e.tables.events[1]!['message'] = 'other')],
    ['a row that differs in its details', ['wrong'], (e) => (e.tables.events[1]!.details = {})],
    ['a gap in a log', ['wrong'], (e) => (e.tables.events[2]!.log_position = 7)],
    ['a head of the wrong size', ['wrong'], (e) => e.tables.heads.set(log, 4)],
    ['a dead letter that is not there', ['lost'], (e) => e.deadLetters.set('projector', [])],
    ['a dead letter with another reason', ['wrong'], (e) => (e.events[4]!.poison = 'INVALID_RECORD')],
    [
      'a good record among the dead letters',
      ['wrong'],
      (e) => e.deadLetters.set('consolidator', [record<never>(0, undefined)]),
    ],
    [
      'a command that cannot be done and is nowhere',
      ['lost'],
      (e) => {
        e.commands.push(record(4, command));
        e.deadLetters.set('violations.controls', []);
      },
    ],
    [
      'a merge request that lacks approvals, of which nothing is told',
      ['lost'],
      (e) =>
        e.mergeRequests.push(
          record(4, merge.value as MergeRequestChanged, { headers: merge.headers!, sentAs: 'm' }),
        ),
    ],
    [
      'a change of a violation that nothing explains',
      ['wrong'],
      (e) => e.complianceChanges.push(record(4, { id: 'x', cause: { id: 'y' } } as ComplianceChange)),
    ],
    ['a directory entry that is there twice', ['doubled'], (e) => e.entries.push(e.entries[1]!)],
    ['directory entries in another order', ['wrong'], (e) => e.entries.reverse()],
    ['a project as it was before', ['wrong'], (e) => (e.tables.projects[0]!.path = 'a')],
    [
      'an event that nobody sent',
      ['wrong', 'lost'],
      (e) => e.events.push(record(12, { ...lone, id: eventId(1, 'nobody') })),
    ],
  ])('finds %s', (_what, kinds, change) => {
    expect(new Set(findingsOf(change))).toEqual(new Set(kinds));
  });

  it('takes an event that stands for several projects of one change as it is, once', () => {
    const projects = [4100, 4101];
    const [framework] = firstFrameworks('4');
    const before = frameworkRecord('before', '4', 41, { ...framework!, projects: [] }, 0);
    const change = frameworkRecord('change', '4', 41, { ...framework!, projects }, 1_000);
    const changes = [before, change].map(({ value, headers }, n) =>
      record(n + 2, value as DirectoryChanged, { headers: headers!, key: '4' }),
    );
    const expected = eventsOfFrameworks(changes);
    const findings = new Findings();
    const added = { key: 'frameworks/change', affected_projects_sample: projects.map(String) };
    const last = {
      ...lone,
      id: expected.at(-1)!.id,
      type: 'compliance_framework_added',
      consolidation: added as never,
    };
    const about = { scope: { ...lone.scope, type: 'group', id: '4' }, target: { ...lone.target, id: '41' } };
    const own = [record(20, { ...last, ...about })];
    const trail = { windows: [], gatherings: [], alone: [expected.at(-1)!] };
    checkTrail({ ...evidence(), candidates: [], posts: [], events: own }, trail, findings);
    expect(findings.all).toEqual([]);
    checkTrail({ ...evidence(), candidates: [], posts: [], events: [...own, ...own] }, trail, findings);
    expect(findings.all.map(({ kind }) => kind)).toEqual(['doubled']);
  });

  it('allows a second copy in the dead-letter queue of the projector and in no other', () => {
    const twice = (letters: TopicRecord<never>[]) => [...letters, ...letters];
    expect(findingsOf((e) => e.deadLetters.set('projector', twice(e.deadLetters.get('projector')!)))).toEqual(
      [],
    );
  });
});
