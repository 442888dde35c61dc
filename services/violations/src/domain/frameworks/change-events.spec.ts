import {
  idsOfList,
  noEntity,
  plainFramework,
  plainRequirement,
  type AuditEvent,
  type DirectoryChanged,
  type DirectoryEntry,
  type Framework,
  type Requirement,
} from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventsOfChange, type LoggedEvent } from './change-events.js';
import { DirectoryState, faultOf } from './directory-state.js';

const ann = { id: '17', type: 'user', name: 'Ann Lee', email: null, ip: '10.1.2.3', user_agent: null };
const change = (key: string, entity: Partial<DirectoryEntry> | null): DirectoryChanged => ({
  ...{ key, tenant: '1', occurred_at: 1_795_219_200_000_000, actor: ann, replaces: null, replaced_by: null },
  entry: entity && { ...noEntity, tenant: '1', ...entity },
});
const framework = (more: Partial<Framework> = {}): Framework => ({
  ...plainFramework,
  ...{ id: 3, namespace_id: 1, name: 'SOC 2' },
  ...more,
});
const requirement = (more: Partial<Requirement> = {}): Requirement => ({
  ...plainRequirement,
  ...{ id: 31, name: 'Four eyes' },
  ...more,
});
const control = (definition: string) => ({ control: { namespace_id: 1, name: 'four_eyes', definition } });
const surroundings = [
  change('namespace/1', { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 3 } }),
  change('namespace/2', { namespace: { id: 2, path: 'acme/payments', parent_id: 1, log_shards: 1 } }),
  change('project/70', {
    project: {
      id: 70,
      path: 'acme/payments/ledger',
      namespace_id: 2,
      archived: false,
      personal: false,
      settings: '{}',
    },
  }),
];

/** The events of the last change, after the others. */
function eventsOf(...changes: DirectoryChanged[]): LoggedEvent[] {
  const state = new DirectoryState();
  let told: LoggedEvent[] = [];
  for (const [at, each] of [...surroundings, ...changes].entries()) {
    const changed = state.apply(each);
    const cause = { source: 'auditmesh/api', id: `c${at}`, topic: 'directory.changes.v1', traceId: null };
    told = changed ? eventsOfChange(each, changed, cause, state) : [];
  }
  return told;
}

const frameworks = (...versions: (Framework | null)[]) =>
  versions.map((each) => change('framework/3', each && { framework: each }));
const lines = (events: LoggedEvent[]) => events.map(({ event }) => `${event.type}: ${event.message}`);
const detailsOf = ({ event }: LoggedEvent) => JSON.parse(event.attributes!);

describe('eventsOfChange', () => {
  it('tells of a new framework with all that it has', () => {
    const all = framework({
      ...{ description: 'Trust', by_default: true, projects: [70], groups: [2] },
      requirements: [
        requirement({
          controls: ['force_push_disabled'],
          external_controls: [
            { id: 311, name: 'Scan', url: 'https://scan', ping_enabled: true, timeout_s: 60 },
          ],
        }),
      ],
    });
    const events = eventsOf(...frameworks(all));
    expect(lines(events)).toEqual([
      'create_compliance_framework: Created the compliance framework "SOC 2"',
      'created_compliance_requirement: Created the compliance requirement "Four eyes"',
      'created_compliance_requirement_control: Created the control "force_push_disabled" of the compliance requirement "Four eyes"',
      'created_compliance_requirement_control: Created the external control "Scan" of the compliance requirement "Four eyes"',
      'compliance_framework_added: Assigned the compliance framework "SOC 2" to the group acme/payments',
      'compliance_framework_added: Assigned the compliance framework "SOC 2" to acme/payments/ledger',
    ]);
    expect(detailsOf(events[0]!)).toEqual({
      ...{ framework_id: 3, namespace_id: 1 },
      changes: [
        { path: '/name', after: 'SOC 2' },
        { path: '/description', after: 'Trust' },
        { path: '/by_default', after: true },
      ],
    });
    expect(new Set(events.map(({ event }) => event.id)).size).toBe(events.length);
    expect(events.every(({ event }) => event.actor === ann && event.category === 'compliance')).toBe(true);
  });

  it('puts each where it belongs', () => {
    const events = eventsOf(...frameworks(framework({ projects: [70], groups: [2, 8] })));
    expect(events.map(({ event }) => event.scope)).toEqual([
      { type: 'group', id: '1', path: 'acme', root_namespace_id: '1' },
      { type: 'group', id: '2', path: 'acme/payments', root_namespace_id: '1' },
      { type: 'group', id: '8', path: null, root_namespace_id: '1' },
      { type: 'project', id: '70', path: 'acme/payments/ledger', root_namespace_id: '1' },
    ]);
    expect(events.map(({ log }) => log)).toEqual(['1.0', '1.0', '1.0', '1.1']);
  });

  it('tells of many projects in one event that names them all, and of a group in one whatever is in it', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => 20_000 - n);
    const events = eventsOf(
      ...frameworks(
        framework({ projects: [70, 71, 72] }),
        framework({ projects: [70, ...many], groups: [2] }),
      ),
    );
    expect(lines(events)).toEqual([
      'compliance_framework_added: Assigned the compliance framework "SOC 2" to the group acme/payments',
      'compliance_framework_removed: Removed the compliance framework "SOC 2" from 2 projects',
      'compliance_framework_added: Assigned the compliance framework "SOC 2" to 10000 projects',
    ]);
    const [ofGroup, removed, added] = events.map(({ event }) => event);
    expect(ofGroup!.consolidation).toBeNull();
    expect(removed!.consolidation).toMatchObject({
      ...{ affected_projects_count: 2, affected_projects_sample: ['71', '72'] },
      ...{ complete: true, missing: 0 },
    });
    expect(added!.scope).toMatchObject({ type: 'group', id: '1' });
    expect(added!.consolidation!.affected_projects_sample).toHaveLength(10);
    const list = added!.contents.find(({ sha256 }) => sha256 === added!.consolidation!.affected_projects);
    expect([...idsOfList(list!.text)]).toEqual(many.toSorted((a, b) => a - b));
    expect(new Set(events.map(({ event }) => event.consolidation?.key)).size).toBe(3);
    expect(events.map(({ log }) => log)).toEqual(['1.0', '1.0', '1.0']);
  });

  it('says what changed, before and after, and nothing of what stayed', () => {
    const scan = { id: 311, name: 'Scan', url: 'https://scan', ping_enabled: true, timeout_s: 60 };
    const events = eventsOf(
      ...frameworks(
        framework({
          ...{ color: '#1f75cb', projects: [70] },
          requirements: [
            requirement({ controls: ['a', 'b'], external_controls: [scan] }),
            requirement({ id: 32, name: 'Old', controls: ['a'] }),
            requirement({ id: 33, name: 'Same', controls: ['a'] }),
          ],
        }),
        framework({
          description: 'Trust',
          requirements: [
            requirement({ id: 33, name: 'Same', controls: ['a'] }),
            requirement({
              name: 'Two eyes',
              controls: ['b', 'c'],
              external_controls: [{ ...scan, timeout_s: 90 }],
            }),
          ],
        }),
      ),
    );
    expect(lines(events)).toEqual([
      'update_compliance_framework: Updated the compliance framework "SOC 2"',
      'destroyed_compliance_requirement: Deleted the compliance requirement "Old"',
      'update_compliance_requirement: Updated the compliance requirement "Two eyes"',
      'destroyed_compliance_requirement_control: Deleted the control "a" of the compliance requirement "Two eyes"',
      'updated_compliance_requirement_control: Updated the external control "Scan" of the compliance requirement "Two eyes"',
      'created_compliance_requirement_control: Created the control "c" of the compliance requirement "Two eyes"',
      'compliance_framework_removed: Removed the compliance framework "SOC 2" from acme/payments/ledger',
    ]);
    expect(events.map((each) => detailsOf(each).changes ?? null)).toEqual([
      [
        { path: '/description', after: 'Trust' },
        { path: '/color', before: '#1f75cb' },
      ],
      [
        { path: '/name', before: 'Old' },
        { path: '/controls', before: ['a'] },
      ],
      [{ path: '/name', before: 'Four eyes', after: 'Two eyes' }],
      null,
      [{ path: '/timeout_s', before: 60, after: 90 }],
      null,
      null,
    ]);
  });

  it('tells of a framework that is deleted, with where it was assigned and not with each requirement', () => {
    const before = framework({ projects: [70], requirements: [requirement({ controls: ['a'] })] });
    const events = eventsOf(...frameworks(before, null));
    expect(lines(events)).toEqual([
      'destroy_compliance_framework: Deleted the compliance framework "SOC 2"',
      'compliance_framework_removed: Removed the compliance framework "SOC 2" from acme/payments/ledger',
    ]);
    expect(detailsOf(events[0]!).changes[1]).toMatchObject({ path: '/requirements', before: [{ id: 31 }] });
  });

  it('tells nothing of what is as it was, or was not there', () => {
    expect(eventsOf(...frameworks(framework(), framework()))).toEqual([]);
    expect(eventsOf(...frameworks(null))).toEqual([]);
  });

  it('compares what controls of a tenant say, and their texts where that cannot be read', () => {
    const versions = [
      'name: a\nseverity: low\n',
      '# the same\nseverity: low\nname: a\n',
      'name: a\nseverity: high\n',
      ': [',
    ];
    const changes = versions.map((text) => change('control/1/four_eyes', control(text)));
    const told = (count: number) => eventsOf(...changes.slice(0, count));
    expect(lines(told(1))).toEqual(['create_compliance_control: Created the control "four_eyes"']);
    expect(told(2)).toEqual([]);
    expect(told(3).map((each) => detailsOf(each).changes)).toEqual([
      [{ path: '/severity', before: 'low', after: 'high' }],
    ]);
    expect(told(4).map((each) => detailsOf(each).changes)).toEqual([
      [{ path: '/definition', before: 'name: a\nseverity: high\n', after: ': [' }],
    ]);
    expect(lines(eventsOf(...changes, change('control/1/four_eyes', null)))).toEqual([
      'destroy_compliance_control: Deleted the control "four_eyes"',
    ]);
  });

  it('refers to long values, and carries them beside', () => {
    const text = `name: a\nexpression: ${'x'.repeat(60_000)}\n`;
    const [{ event }] = eventsOf(change('control/1/four_eyes', control(text))) as [LoggedEvent];
    expect(event.attributes!.length).toBeLessThan(1_000);
    expect(event.contents.map((content) => content.text.length)).toEqual([60_002]);
  });

  it('tells of every assignment and of its end, whatever comes between', () => {
    const id = fc.integer({ min: 70, max: 74 });
    const version = fc.option(
      fc.record({
        name: fc.constantFrom('A', 'B'),
        projects: fc.uniqueArray(id),
        groups: fc.uniqueArray(id),
        requirements: fc.uniqueArray(
          fc.record({ id, controls: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')) }),
          { selector: (each) => each.id },
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 8 }), fc.nat(7), (versions, at) => {
        const history = versions.map((each) =>
          change(
            'framework/3',
            each && {
              framework: framework({ ...each, requirements: each.requirements.map((r) => requirement(r)) }),
            },
          ),
        );
        const upTo = history.slice(0, at + 1);
        const assigned = new Set<string>();
        for (let count = 1; count <= upTo.length; count++)
          for (const { event } of eventsOf(...upTo.slice(0, count))) {
            for (const place of placesOf(event)) {
              if (event.type === 'compliance_framework_added') assigned.add(place);
              if (event.type === 'compliance_framework_removed') assigned.delete(place);
            }
          }
        const last = upTo.at(-1)!.entry?.framework;
        const expected = [
          ...(last?.projects ?? []).map((each) => `project ${each}`),
          ...(last?.groups ?? []).map((each) => `group ${each}`),
        ];
        expect([...assigned].toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});

/** Where an assignment holds, as the event says. */
function placesOf({ consolidation, contents, scope }: AuditEvent): string[] {
  if (!consolidation) return [`${scope.type} ${scope.id}`];
  const list = contents.find(({ sha256 }) => sha256 === consolidation.affected_projects)!;
  return [...idsOfList(list.text)].map((id) => `project ${id}`);
}

describe('faultOf', () => {
  const headers = { ce_source: 'auditmesh/api', ce_id: '1' };

  it('asks for the cause, a key of the directory, and an entry that fits it', () => {
    expect(faultOf(frameworks(framework())[0]!, headers)).toBeUndefined();
    expect(faultOf(change('framework/3', null), headers)).toBeUndefined();
    expect(faultOf(change('framework/3', null), { ce_source: 'a' })).toContain('ce_id');
    expect(faultOf(change('user/3', null), headers)).toContain('names no entity');
    expect(faultOf(change('project/3', { framework: framework() }), headers)).toContain('not of the family');
  });
});
