import { eventId, type AuditEvent, type ComplianceChange, type ComplianceCommand } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { ann } from '../plan/event-shape.ts';
import { firstFrameworks, frameworkRecord } from '../plan/framework-load.ts';
import { groupEvent } from '../plan/group-load.ts';
import type { PlannedRecord } from '../plan/load-step.ts';
import { mergeRequestRecord } from '../plan/merge-request-load.ts';
import { commandsOf, type Ask } from '../plan/review-load.ts';
import { settingsRecord } from '../plan/settings-load.ts';
import { DirectoryThen } from './directory-then.ts';
import { ENGINE } from './expected-change.ts';
import { Findings } from './findings.ts';
import type { Tables } from './tables.ts';
import type { TopicRecord } from './topic-record.ts';
import { checkViolationRows } from './violation-rows.ts';
import { ViolationsModel } from './violations-model.ts';
import { checkChanges, eventsOfStatuses, eventsOfUpdates } from './violations.ts';

const SECOND = 1_000_000;
const [TWO, AUTHOR] = ['minimum_approvals_required_2', 'merge_request_prevent_author_approval'];
const MERGE = '00000000-0000-8000-8000-000000000001';
const violation = eventId(10 * SECOND, ENGINE, MERGE, '4100', TWO!);

function recorded<T>({ key, value, headers }: PlannedRecord, second: number): TopicRecord<T> {
  const place = { partition: 0, offset: second, timestamp: second * 1_000, key, bytes: null };
  return { ...place, headers: headers ?? {}, value: value as T, sentAs: 'x', poison: undefined };
}
const settings = (second: number, isProtected: boolean) => {
  const all = { push_protection_enabled: isProtected, require_signed_commits: true };
  return recorded<never>(settingsRecord(`s-${second}`, 4100, all, 0), second);
};
const [fourEyes, ofSettings] = firstFrameworks('4').map((each) =>
  recorded<never>(frameworkRecord(`f-${each.id}`, '4', each.id, each, 0), 5),
);

/** An event of project 4100 that happened at this second and was appended in the next. */
const happened = (second: number, id: string, type: string) =>
  recorded<AuditEvent>(
    {
      ...{ id, topic: null as never, key: '4.0' },
      value: { id, type, occurred_at: second * SECOND, scope: { type: 'project', id: '4100' } },
    },
    second + 1,
  );
const merged = happened(10, MERGE, 'merge_request_merged');
const facts = mergeRequestRecord('mr', 4100, 7, { change: 'merged', occurred_at: 10 * SECOND }).value;

/** A merge without approvals, of a project that must have two. */
function model(): ViolationsModel {
  const directory = new DirectoryThen([settings(1, true), fourEyes!]);
  const made = new ViolationsModel(directory, new Map([[MERGE, facts as never]]));
  made.take(merged);
  return made;
}

type Family = Partial<Pick<ComplianceChange, 'detection' | 'control_state' | 'transition'>>;

function change(control: string, parts: string[], family: Family, second = 10, cause = MERGE) {
  const value = {
    id: eventId(second * SECOND, ENGINE, cause, '4100', control, ...parts),
    ...{ tenant: '4', project_id: 4100, control, at: second * SECOND, actor: ann },
    cause: { id: cause, topic: null },
    ...{ detection: null, transition: null, comment: null, link: null, control_state: null },
    ...family,
  } as ComplianceChange;
  return recorded<ComplianceChange>({ id: '', topic: null as never, key: '4.0', value }, second);
}

/** What the engine must tell of the merge. */
function told(): TopicRecord<ComplianceChange>[] {
  const asking = { framework_id: 41, framework_name: 'Four eyes', requirement_id: 410 };
  const requirements = [{ ...asking, requirement_name: 'Approvals' }];
  const detection = { violation_id: violation, audit_event_id: MERGE, requirements } as never;
  const control_state = { state: 'pass' } as never;
  return [
    change(TWO!, ['detection'], { detection }),
    change(TWO!, ['state', 'pass'], { control_state }),
    change(AUTHOR!, ['state', 'pass'], { control_state }),
  ];
}

function findingsOf(edit: (changes: TopicRecord<ComplianceChange>[]) => unknown): string[] {
  const changes = told();
  edit(changes);
  const findings = new Findings();
  checkChanges(changes, model().changes, findings);
  return findings.all.map(({ kind }) => kind);
}

describe('the judgement of violations', () => {
  it('has nothing against what follows from an event', () => expect(findingsOf(() => undefined)).toEqual([]));

  it.each<[string, string[], (changes: TopicRecord<ComplianceChange>[]) => unknown]>([
    ['a violation that is not told', ['lost'], (all) => all.shift()],
    ['a violation that is told twice', ['doubled'], (all) => all.push(all[0]!)],
    ['a state that is told twice', ['doubled'], (all) => all.push(all[2]!)],
    [
      'a violation of another requirement',
      ['wrong'],
      (all) => (all[0]!.value!.detection!.requirements[0]!.requirement_id = 411),
    ],
    ['one that nothing explains', ['wrong'], (all) => all.push(change(TWO!, ['x'], {}))],
    ['one of another time', ['wrong'], (all) => (all[0]!.value!.at += 1)],
  ])('finds %s', (_what, kinds, edit) => expect(findingsOf(edit)).toEqual(kinds));
});

const familiesOf = ({ changes }: ViolationsModel) =>
  changes.map(({ family, occasion }) => `${family} ${occasion.control}`);

describe('what must become of events', () => {
  it('is nothing where nothing was required yet, and nothing more when they come again', () => {
    const early = new ViolationsModel(new DirectoryThen([settings(1, true)]), new Map());
    early.take(merged);
    expect(early.changes).toEqual([]);
    const once = model();
    const before = once.changes.length;
    once.take(merged);
    expect(once.changes).toHaveLength(before);
  });

  it('follows the settings of their time: the first that passes resolves what failed', () => {
    const directory = new DirectoryThen([
      settings(1, true),
      ofSettings!,
      settings(20, false),
      settings(30, true),
    ]);
    const made = new ViolationsModel(directory, new Map());
    for (const second of [10, 21, 22, 31, 32])
      made.take(happened(second, `event-${second}`, 'project_settings_updated'));
    const control = 'push_protection_enabled';
    expect(familiesOf(made).filter((line) => line.endsWith(control))).toEqual([
      ...[`control_state ${control}`, `detection ${control}`, `detection ${control}`],
      ...[`transition ${control}`, `transition ${control}`],
    ]);
  });
});

describe('what must become of an event of a group', () => {
  const directory = new DirectoryThen([
    ...[4100, 4101, 4104].map((id) => recorded<never>(settingsRecord(`p-${id}`, id, {}, 0), 1)),
    fourEyes!,
  ]);
  const take = (outcome: string, ...seconds: number[]) => {
    const made = new ViolationsModel(directory, new Map());
    for (const second of seconds)
      made.take(recorded<AuditEvent>(groupEvent('g', '4', outcome, 10 * SECOND), second));
    return made;
  };

  it('is a violation of each project that must keep the control, and one event of all of them', () => {
    const made = take('denied', 11, 15);
    expect([...made.violations.values()].map(({ project }) => project)).toEqual([4100, 4101]);
    const [window, ...others] = made.windows.values();
    expect([window!.expected, [...window!.members]]).toEqual([
      2,
      [
        [1, '4100'],
        [2, '4101'],
      ],
    ]);
    expect(others).toEqual([]);
  });

  it('is no event if it breaks nothing', () => {
    expect(take('success', 11).windows.size).toBe(0);
    expect(take('denied', 3).windows.size).toBe(0);
  });

  it('leaves it to the event of all of them to tell that the control fails', () => {
    const { changes } = take('denied', 11);
    const actual = changes.map(({ id, family, occasion }) => {
      const detection = family === 'detection' ? { violation_id: id } : null;
      const value = { id, detection, project_id: occasion.project, control: occasion.control };
      return recorded<ComplianceChange>(
        { id, topic: null as never, key: '4.0', value: { ...value, cause: { id: occasion.cause } } },
        11,
      );
    });
    expect(eventsOfStatuses(actual, changes)).toEqual([]);
  });
});

/** Commands about the violation, sent in the second 20. */
function asked(...asks: Ask['asked'][]): TopicRecord<ComplianceCommand>[] {
  const detected = { key: '4.0', value: told()[0]!.value! };
  const review = asks.map((each) => ({ asked: each, again: true, astray: false }));
  return commandsOf(review, detected, 20 * SECOND).map((command) => recorded(command, 20));
}
const to = (status: string) => ({ transition: { violation_id: '{}', to: status, reason: null } });

describe('what must become of commands', () => {
  it('is a change for each that is allowed, once, and a dead letter for each that is not', () => {
    const made = model();
    const commands = asked(to('in_review'), to('dismissed'), to('resolved'), to('in_review'));
    for (const command of commands) made.obey(command);
    expect(made.violations.get(violation)).toMatchObject({ status: 'resolved', number: 2 });
    expect(eventsOfUpdates(made.changes)).toHaveLength(2);
    expect(made.refused).toEqual([commands[2], commands[3], commands[6], commands[7]]);
  });

  it('is a dead letter if the violation is another project’s, or there is none', () => {
    const made = model();
    const [first] = asked(to('resolved'));
    made.obey({ ...first!, value: { ...first!.value!, project_id: 4101 } });
    const unknown = { violation_id: MERGE, to: 'resolved', reason: null };
    made.obey({ ...first!, value: { ...first!.value!, transition: unknown } });
    expect(made.refused).toHaveLength(2);
  });

  it('tells that a control fails from its first violation on, and passes after its last', () => {
    const made = model();
    const [resolved] = asked(to('resolved'));
    made.obey(resolved!);
    const transition = { violation_id: violation, number: 1, from: 'detected', to: 'resolved' } as never;
    const last = change(TWO!, [violation, '1'], { transition }, 20, resolved!.value!.id);
    const statuses = eventsOfStatuses([...told(), last], made.changes).map(({ where }) => where);
    expect(statuses).toEqual([
      `fail of ${TWO} in 4100 by ${MERGE}`,
      `pass of ${TWO} in 4100 by ${resolved!.value!.id}`,
    ]);
  });
});

describe('the rows of violations', () => {
  const tables = (): Tables => {
    const [detection, ...states] = told().map(({ value }) => value!.id);
    const row = { id: violation, project_id: 4100, control: TWO!, status: 0, changes: 0 };
    const violations = [row];
    return { violations, violationChanges: [detection!], controlStates: states } as Partial<Tables> as Tables;
  };

  it.each<[string, string[], (tables: Tables) => unknown]>([
    ['nothing in what follows from an event', [], () => undefined],
    ['one that is not there', ['lost'], ({ violations }) => violations.pop()],
    ['one of another status', ['wrong'], ({ violations }) => (violations[0]!.status = 2)],
    [
      'one that nothing explains',
      ['wrong'],
      ({ violations }) => violations.push({ ...violations[0]!, id: MERGE }),
    ],
    ['a history without its beginning', ['lost'], ({ violationChanges }) => violationChanges.pop()],
    ['a state that is there twice', ['doubled'], ({ controlStates: all }) => all.push(all[0]!)],
    ['a state that nothing explains', ['wrong'], ({ controlStates }) => controlStates.push(MERGE)],
  ])('are found to have %s', (_what, kinds, edit) => {
    const [made, findings] = [tables(), new Findings()];
    edit(made);
    checkViolationRows(model(), made, findings);
    expect(findings.all.map(({ kind }) => kind)).toEqual(kinds);
  });
});
