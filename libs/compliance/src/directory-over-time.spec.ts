import {
  noEntity,
  plainFramework,
  plainRequirement,
  type DirectoryChanged,
  type DirectoryEntry,
  type Framework,
} from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import { DirectoryOverTime } from './directory-over-time.js';

const actor = { id: '1', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null };
const change = (key: string, entry: Partial<DirectoryEntry> | null): DirectoryChanged => ({
  ...{ key, tenant: '1', occurred_at: 0, actor, replaces: null, replaced_by: null },
  entry: entry && { tenant: '1', ...noEntity, ...entry },
});
const namespace = (id: number, parent_id: number | null, log_shards = 1) =>
  change(`namespace/${id}`, { namespace: { id, path: `n${id}`, parent_id, log_shards } });
const project = (id: number, namespace_id: number, path = `p${id}`) =>
  change(`project/${id}`, {
    project: { id, path, namespace_id, archived: false, personal: false, settings: '{}' },
  });
const framework = (id: number, rest: Partial<Framework> = {}) =>
  change(`framework/${id}`, {
    framework: { ...plainFramework, id, namespace_id: 1, name: `F${id}`, ...rest },
  });
const control = (name: string, definition: string) =>
  change(`control/1/${name}`, { control: { namespace_id: 1, name, definition } });
const requirement = (id: number, controls: string[], external: number[] = []) => ({
  ...{ ...plainRequirement, id, name: `R${id}`, controls },
  external_controls: external.map((n) => ({
    ...{ id: n, name: `E${n}`, url: 'https://example.com', ping_enabled: true, timeout_s: 60 },
  })),
});

/** One change per microsecond from 10 on. */
function directoryOf(...changes: DirectoryChanged[]): DirectoryOverTime {
  const directory = new DirectoryOverTime();
  for (const [n, each] of changes.entries())
    directory.apply(each, { micros: 10 + n, partition: 0, offset: n });
  return directory;
}

const ids = (directory: DirectoryOverTime, projectId: number, at: number) =>
  directory.frameworksOf(projectId, at).map(({ id }) => id);

describe('the directory over time', () => {
  it('has each version of an entity from its change until the next', () => {
    const directory = directoryOf(
      namespace(1, null),
      project(7, 1, 'a'),
      project(7, 1, 'b'),
      change('project/7', null),
    );
    expect([10, 11, 12, 13, 99].map((at) => directory.project(7, at)?.path)).toEqual([
      ...[undefined, 'a', 'b', undefined, undefined],
    ]);
  });

  it('counts frameworks that name the project, or a group that it lies in', () => {
    const directory = directoryOf(
      ...[namespace(1, null), namespace(2, 1), namespace(3, 2), project(7, 3), project(8, 1)],
      ...[framework(5, { projects: [8] }), framework(6, { groups: [2] }), framework(5, { projects: [7] })],
    );
    expect([14, 15, 16, 17].map((at) => ids(directory, 7, at))).toEqual([[], [], [6], [5, 6]]);
    expect([14, 15, 16, 17].map((at) => ids(directory, 8, at))).toEqual([[], [5], [5], []]);
  });

  it('counts those assigned by default only where no other is', () => {
    const directory = directoryOf(
      ...[namespace(1, null), project(7, 1), project(8, 1)],
      ...[framework(5, { by_default: true }), framework(6, { projects: [7] })],
    );
    expect([ids(directory, 7, 13), ids(directory, 7, 14), ids(directory, 8, 14)]).toEqual([[5], [6], [5]]);
  });

  it('counts no framework of another tenant, also when the project moves there', () => {
    const directory = directoryOf(
      ...[
        namespace(1, null),
        namespace(2, null),
        project(7, 1),
        framework(5, { projects: [7] }),
        project(7, 2),
      ],
    );
    expect([ids(directory, 7, 13), ids(directory, 7, 14)]).toEqual([[5], []]);
  });

  it('requires controls with every requirement that asks for them, external ones by their id', () => {
    const directory = directoryOf(
      ...[namespace(1, null), project(7, 1)],
      framework(5, {
        projects: [7],
        requirements: [requirement(51, ['a', 'b', 'a']), requirement(52, ['a'], [9])],
      }),
      framework(6, { projects: [7], requirements: [requirement(61, ['b'])] }),
    );
    const required = directory.requiredControls(7, 13);
    expect([...required].map(([name, refs]) => [name, ...refs.map((ref) => ref.requirement_id)])).toEqual([
      ['a', 51, 52],
      ['b', 51, 61],
      ['external/9', 52],
    ]);
    expect(required.get('b')![1]).toEqual({
      ...{ framework_id: 6, framework_name: 'F6', requirement_id: 61, requirement_name: 'R61' },
    });
  });

  it('gives the same answer, and the same object, for as long as nothing of it changes', () => {
    const directory = directoryOf(
      ...[namespace(1, null), project(7, 1), project(8, 1), framework(5, { projects: [7] })],
    );
    const standing = directory.standing(7, 20)!;
    directory.apply(framework(5, { projects: [7, 8] }), { micros: 30, partition: 0, offset: 4 });
    expect([directory.standing(7, 20), directory.standing(7, 40)]).toEqual([standing, standing]);
    expect(directory.standing(7, 40)).toBe(standing);
    directory.apply(framework(5, { projects: [8] }), { micros: 40, partition: 0, offset: 5 });
    expect([ids(directory, 7, 39), ids(directory, 7, 40)]).toEqual([[5], []]);
  });

  it('shares what is required between projects with the same frameworks', () => {
    const directory = directoryOf(
      ...[namespace(1, null), project(7, 1), project(8, 1), framework(5, { projects: [7, 8] })],
    );
    expect(directory.requiredControls(7, 20)).toBe(directory.requiredControls(8, 20));
  });

  it('finds the projects that were in a group, at any depth', () => {
    const directory = directoryOf(
      ...[
        namespace(1, null),
        namespace(2, 1),
        namespace(3, 2),
        project(8, 2),
        project(7, 3),
        namespace(3, 1),
      ],
    );
    expect([13, 14, 15].map((at) => directory.projectsUnder(2, at))).toEqual([[8], [7, 8], [8]]);
    expect([directory.rootOf(3, 15), directory.rootOf(9, 15)]).toEqual([1, undefined]);
  });

  it('ends where namespaces are in each other', () => {
    const directory = directoryOf(
      namespace(1, 2),
      namespace(2, 1),
      project(7, 1),
      framework(5, { projects: [7] }),
    );
    expect([directory.rootOf(1, 20), ids(directory, 7, 20), directory.projectsUnder(1, 20)]).toEqual([
      ...[undefined, [], [7]],
    ]);
  });

  it("has the tenant's own controls", () => {
    const directory = directoryOf(
      control('b', 'x'),
      control('a', 'y'),
      control('b', 'z'),
      change('control/1/a', null),
    );
    const all = (at: number) =>
      directory.controlsOf(1, at).controls.map(({ name, definition }) => name + definition);
    expect([9, 10, 11, 12, 13].map(all)).toEqual([[], ['bx'], ['ay', 'bx'], ['ay', 'bz'], ['bz']]);
    expect(directory.controlsOf(1, 20)).toBe(directory.controlsOf(1, 21));
  });

  it('tells when something changed that decides about a project', () => {
    const directory = directoryOf(
      ...[namespace(1, null), project(7, 1), project(8, 1), framework(5, { projects: [8] })],
      ...[framework(5, { projects: [8, 7] }), project(8, 1, 'new'), change('project/7', null), project(7, 1)],
    );
    expect(directory.changeTimes(7, 0, 99)).toEqual([11, 13, 14, 16, 17]);
    expect(directory.changeTimes(7, 13, 16)).toEqual([14, 16]);
  });

  it('takes a change that comes again for what it is, and a clock that goes back for one that stands still', () => {
    const directory = directoryOf(namespace(1, null), project(7, 1, 'a'));
    directory.apply(project(7, 1, 'b'), { micros: 5, partition: 0, offset: 2 });
    directory.apply(project(7, 1, 'a'), { micros: 11, partition: 0, offset: 1 });
    expect([directory.project(7, 10)?.path, directory.project(7, 11)?.path]).toEqual([undefined, 'b']);
  });

  it.each([
    ['an unknown key', change('user/1', null)],
    ['an entry that is not of the family of its key', { ...namespace(1, null), key: 'project/1' }],
  ])('refuses %s', (_, each) => {
    const directory = new DirectoryOverTime();
    expect(directory.apply(each, { micros: 1, partition: 0, offset: 0 })).toBe(false);
    expect(directory.project(1, 2)).toBeUndefined();
  });
});
