import type { AuditEvent, DirectoryChanged, Framework } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { firstFrameworks, frameworkRecord } from '../plan/framework-load.ts';
import { eventsOfFrameworks } from './frameworks.ts';
import type { TopicRecord } from './topic-record.ts';

const [first] = firstFrameworks('4') as [Framework];
const [approvals] = first.requirements;

function changed(n: number, framework: Framework | null): TopicRecord<DirectoryChanged> {
  const { value, headers } = frameworkRecord(`change-${n}`, '4', first.id, framework, n * 1_000);
  const place = { partition: 0, offset: n, timestamp: 0, key: '4', bytes: null };
  return { ...place, headers: headers!, value: value as DirectoryChanged, sentAs: 'x', poison: undefined };
}

/** What the last of the versions makes different from the one before it. */
const linesOf = (...versions: (Framework | null)[]) =>
  eventsOfFrameworks(versions.map((version, n) => changed(n, version)))
    .filter(({ where }) => where.endsWith(`change-${versions.length - 1}`))
    .map(({ where }) => where.replace(/ of change-\d+$/, '').trim());

describe('the events of frameworks', () => {
  it('tell of a new framework with its requirements, their controls and its projects', () => {
    expect(linesOf({ ...first, projects: [4100] })).toEqual([
      'create_compliance_framework',
      'created_compliance_requirement requirement/410',
      'created_compliance_requirement_control requirement/410/minimum_approvals_required_2',
      'created_compliance_requirement_control requirement/410/merge_request_prevent_author_approval',
      'created_compliance_requirement_control requirement/410/members_join_in_peace',
      'compliance_framework_added project/4100',
    ]);
  });

  it('are none for a change that comes again', () => {
    expect(linesOf(first, first)).toEqual([]);
    expect(linesOf(first, null, null)).toEqual([]);
  });

  it('are as if a change without a cause had not been', () => {
    const causeless = { ...changed(1, null), poison: 'INVALID_RECORD' as const };
    expect(eventsOfFrameworks([changed(0, first), causeless, changed(2, first)])).toHaveLength(6);
  });

  it('tell of what a change made different, and of nothing else', () => {
    expect(linesOf(first, { ...first, name: 'Other', groups: [41] })).toEqual([
      'update_compliance_framework',
      'compliance_framework_added group/41',
    ]);
    const other = {
      ...approvals!,
      controls: [approvals!.controls[0]!, approvals!.controls[2]!, 'has_forks'],
    };
    expect(linesOf(first, { ...first, requirements: [other] })).toEqual([
      'created_compliance_requirement_control requirement/410/has_forks',
      'destroyed_compliance_requirement_control requirement/410/merge_request_prevent_author_approval',
    ]);
    expect(linesOf(first, { ...first, requirements: [] })).toEqual([
      'destroyed_compliance_requirement requirement/410',
    ]);
  });

  it('tell of a deleted framework and where it was assigned', () => {
    expect(linesOf({ ...first, projects: [4100] }, null)).toEqual([
      'destroy_compliance_framework',
      'compliance_framework_removed project/4100',
    ]);
  });

  it('are wrong if one is about something else', () => {
    const [created] = eventsOfFrameworks([changed(0, first)]);
    const event = (id: string) =>
      ({
        type: 'create_compliance_framework',
        scope: { type: 'group', id: '4' },
        target: { id },
      }) as AuditEvent;
    expect(created!.fault(event('41'))).toBeUndefined();
    expect(created!.fault(event('42'))).toContain('should say');
  });

  it('name all the projects that a change assigns together, in one event', () => {
    const projects = [4101, 4100];
    expect(linesOf(first, { ...first, projects: [] }, { ...first, projects })).toEqual([
      'compliance_framework_added projects',
    ]);
    const added = eventsOfFrameworks([changed(0, { ...first, projects })]).at(-1)!;
    const event = (ids: string[]) =>
      ({
        type: 'compliance_framework_added',
        scope: { type: 'group', id: '4' },
        target: { id: String(first.id) },
        consolidation: { affected_projects_sample: ids },
      }) as AuditEvent;
    expect(added.fault(event(['4100', '4101']))).toBeUndefined();
    expect(added.fault(event(['4100']))).toContain('should say');
  });
});
