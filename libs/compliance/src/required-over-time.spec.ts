import {
  noEntity,
  plainFramework,
  plainRequirement,
  type DirectoryEntry,
  type Framework,
} from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { DirectoryOverTime } from './directory-over-time.js';
import { requiredOverTime } from './required-over-time.js';
import { complianceTimelines } from './status.js';

const actor = { id: '1', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null };
const external = {
  id: 7,
  name: 'Pentest',
  url: 'https://pentest.example',
  ping_enabled: true,
  timeout_s: 60,
};
const project = {
  ...{ id: 70, path: 'acme/ledger', namespace_id: 1 },
  ...{ archived: false, personal: false, settings: '{}' },
};

function directoryOf(changes: [micros: number, key: string, entry: Partial<DirectoryEntry> | null][]) {
  const directory = new DirectoryOverTime();
  for (const [offset, [micros, key, entry]] of changes.entries())
    directory.apply(
      {
        ...{ key, tenant: '1', occurred_at: 0, actor, replaces: null, replaced_by: null },
        entry: entry && { tenant: '1', ...noEntity, ...entry },
      },
      { micros, partition: 0, offset },
    );
  return directory;
}
const root = { namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 } };
const soc2 = (change: Partial<Framework>) => ({
  framework: { ...plainFramework, id: 9, namespace_id: 1, name: 'SOC 2', ...change },
});
const review = { ...plainRequirement, id: 91, name: 'Review', controls: ['two_approvals'] };

describe('what is required of a project over time', () => {
  it('begins with the assignment of a framework and ends with it, as long as it lasts', () => {
    const directory = directoryOf([
      [10, 'namespace/1', root],
      [10, 'project/70', { project }],
      [20, 'framework/9', soc2({ requirements: [review] })],
      [30, 'framework/9', soc2({ requirements: [review], projects: [70] })],
      [40, 'framework/9', soc2({ requirements: [review], projects: [] })],
      [50, 'framework/9', soc2({ requirements: [review], projects: [70], name: 'SOC two' })],
      [60, 'project/70', null],
    ]);
    const required = requiredOverTime(directory, 70);
    const { requirements } = complianceTimelines({ required, controls: new Map() });
    expect(requirements.get(91)).toEqual([
      { from: 30, status: 'pending' },
      { from: 40, status: null },
      { from: 50, status: 'pending' },
      { from: 60, status: null },
    ]);
  });

  it('asks for a control only from when its requirement does, and for external ones by their ids', () => {
    const directory = directoryOf([
      [10, 'namespace/1', root],
      [10, 'project/70', { project }],
      [20, 'framework/9', soc2({ projects: [70], requirements: [{ ...review, controls: [] }] })],
      [30, 'framework/9', soc2({ projects: [70], requirements: [review] })],
      [
        40,
        'framework/9',
        soc2({ projects: [70], requirements: [{ ...review, external_controls: [external] }] }),
      ],
    ]);
    const required = requiredOverTime(directory, 70);
    const pass = (at: number) => ({ states: [{ at, state: 'pass' as const }], violations: [] });
    const { requirements } = complianceTimelines({
      required,
      controls: new Map([
        ['two_approvals', pass(10)],
        ['external/7', pass(45)],
      ]),
    });
    expect(requirements.get(91)).toEqual([
      { from: 20, status: 'pending' },
      { from: 30, status: 'pass' },
      { from: 40, status: 'pending' },
      { from: 45, status: 'pass' },
    ]);
  });
});
