import { noEntity, plainFramework, type DirectoryEntry } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Directory } from './directory.js';

const empty: DirectoryEntry = { tenant: '1', ...noEntity };
const namespace = (id: number, parent_id: number | null, log_shards = 1): [string, DirectoryEntry] => [
  `namespace/${id}`,
  { ...empty, namespace: { id, path: `n${id}`, parent_id, log_shards } },
];
const project = (id: number, namespace_id: number): [string, DirectoryEntry] => [
  `project/${id}`,
  {
    ...empty,
    project: { id, path: `p${id}`, namespace_id, archived: false, personal: false, settings: '{}' },
  },
];
const framework = (
  id: number,
  projects: number[],
  others: { namespace_id?: number; groups?: number[]; by_default?: boolean } = {},
): [string, DirectoryEntry] => [
  `framework/${id}`,
  { ...empty, framework: { ...plainFramework, id, namespace_id: 1, name: `f${id}`, projects, ...others } },
];
const link = (
  kind: 'namespace' | 'project',
  id: number,
  policy_project_id: number,
): [string, DirectoryEntry] => [
  `policy-link/${kind}/${id}/${policy_project_id}`,
  {
    ...empty,
    policy_link: {
      policy_project_id,
      namespace_id: kind === 'namespace' ? id : null,
      project_id: kind === 'project' ? id : null,
    },
  },
];

function directoryOf(entries: Iterable<[string, DirectoryEntry | null]>): Directory {
  const directory = new Directory();
  for (const [key, entry] of entries) directory.apply(key, entry);
  return directory;
}

const sorted = (ids: Iterable<number>) => [...ids].sort((a, b) => a - b);

describe('Directory', () => {
  const tree = directoryOf([
    project(71, 3),
    namespace(3, 2),
    namespace(2, 1),
    namespace(1, null, 4),
    project(70, 1),
  ]);

  it('finds what came before the namespace it is in', () => {
    expect(tree.ancestors(3)).toEqual([3, 2, 1]);
    expect(sorted(tree.projectsUnder(1))).toEqual([70, 71]);
    expect(tree.projectsUnder(2)).toEqual([71]);
    expect(sorted(tree.namespacesUnder(2))).toEqual([2, 3]);
  });

  it('knows the tenant of namespaces and projects and its number of logs', () => {
    expect([tree.rootOf(1), tree.rootOf(3), tree.rootOfProject(71)]).toEqual([1, 1, 1]);
    expect([tree.logShards(1), tree.logShards(99)]).toEqual([4, 1]);
  });

  it('gives no tenant where the way up is unknown', () => {
    const orphan = directoryOf([namespace(3, 2), project(71, 3), project(72, 8)]);
    expect([
      orphan.rootOf(3),
      orphan.rootOfProject(71),
      orphan.rootOfProject(72),
      orphan.rootOfProject(5),
    ]).toEqual(Array(4).fill(undefined));
    expect(orphan.ancestors(3)).toEqual([3]);
  });

  it('gives no tenant, and ends, where namespaces are in each other', () => {
    const circle = directoryOf([namespace(1, 2), namespace(2, 1), namespace(3, 3), project(9, 1)]);
    expect([circle.rootOf(1), circle.rootOf(3), circle.rootOfProject(9)]).toEqual(Array(3).fill(undefined));
    expect([circle.ancestors(1), circle.projectsUnder(2)]).toEqual([[1, 2], [9]]);
  });

  it('follows 100 levels of namespaces, up and down, and no more', () => {
    const levels = Array.from({ length: 101 }, (_, n) => namespace(n + 1, n === 0 ? null : n));
    const deep = directoryOf([...levels, project(1, 100), project(2, 101)]);
    expect([deep.rootOfProject(1), deep.rootOfProject(2)]).toEqual([1, undefined]);
    expect(deep.projectsUnder(1)).toEqual([1]);
  });

  it('moves a project and a namespace with all below it', () => {
    const moved = directoryOf([
      namespace(1, null),
      namespace(2, 1),
      namespace(3, 2),
      namespace(4, null),
      project(9, 3),
    ]);
    moved.apply(...namespace(3, 4));
    expect([moved.projectsUnder(1), moved.projectsUnder(4), moved.rootOfProject(9)]).toEqual([[], [9], 4]);
    moved.apply(...project(9, 2));
    expect([moved.projectsUnder(1), moved.projectsUnder(4)]).toEqual([[9], []]);
  });

  it('knows the frameworks of a project', () => {
    const assigned = directoryOf([framework(5, [70, 71]), framework(6, [70])]);
    expect(sorted(assigned.frameworksOf(70))).toEqual([5, 6]);
    assigned.apply(...framework(5, [71]));
    expect(sorted(assigned.frameworksOf(70))).toEqual([6]);
    assigned.apply('framework/6', null);
    expect([sorted(assigned.frameworksOf(70)), assigned.hasFramework(5), assigned.hasFramework(6)]).toEqual([
      [],
      true,
      false,
    ]);
  });

  it('knows the frameworks that a project has from its groups, at any depth, besides its own', () => {
    const grown = directoryOf([
      ...[framework(5, [71]), framework(6, [], { groups: [2] }), framework(7, [], { groups: [3] })],
      ...[
        namespace(1, null),
        namespace(2, 1),
        namespace(3, 2),
        project(70, 1),
        project(71, 3),
        project(72, 2),
      ],
    ]);
    const all = () => [70, 71, 72].map((id) => sorted(grown.frameworksOf(id)));
    expect(all()).toEqual([[], [5, 6, 7], [6]]);
    grown.apply(...namespace(3, 1));
    expect(all()).toEqual([[], [5, 7], [6]]);
    grown.apply(...framework(6, [], { groups: [1] }));
    expect(all()).toEqual([[6], [5, 6, 7], [6]]);
    grown.apply('framework/6', null);
    expect(all()).toEqual([[], [5, 7], []]);
  });

  it('gives the default frameworks of its root to a project that has no other', () => {
    const withDefaults = directoryOf([
      ...[namespace(1, null), namespace(2, 1), namespace(9, null), project(70, 2), project(90, 9)],
      framework(5, [], { by_default: true }),
      framework(6, [], { by_default: true }),
    ]);
    const all = () => [70, 90].map((id) => sorted(withDefaults.frameworksOf(id)));
    expect(all()).toEqual([[5, 6], []]);
    withDefaults.apply(...framework(7, [70]));
    expect(all()).toEqual([[7], []]);
    withDefaults.apply(...framework(7, [], { groups: [2] }));
    expect(all()).toEqual([[7], []]);
    withDefaults.apply('framework/7', null);
    withDefaults.apply(...framework(6, [], { namespace_id: 9, by_default: true }));
    expect(all()).toEqual([[5], [6]]);
    withDefaults.apply(...project(70, 9));
    expect(all()).toEqual([[6], [6]]);
  });

  it('knows what a policy project governs', () => {
    const linked = directoryOf([
      link('project', 70, 42),
      link('namespace', 9, 42),
      link('namespace', 2, 42),
      link('project', 70, 43),
    ]);
    expect(linked.linksOf(42)).toEqual([
      { kind: 'namespace', id: 2 },
      { kind: 'namespace', id: 9 },
      { kind: 'project', id: 70 },
    ]);
    linked.apply('policy-link/namespace/9/42', null);
    expect(linked.linksOf(42)).toHaveLength(2);
    expect(linked.linksOf(1)).toEqual([]);
  });

  it('keeps no settings of projects', () => {
    expect(tree.project(70)).toEqual({
      id: 70,
      path: 'p70',
      namespace_id: 1,
      archived: false,
      personal: false,
    });
  });

  it.each([
    ['an unknown family', 'user/1', null],
    ['no id', 'project/', null],
    ['an id with a leading zero', 'project/01', null],
    ['a negative id', 'project/-1', null],
    ['an id beyond what numbers hold', 'project/9007199254740993', null],
    ['one part too many', 'project/1/2', null],
    ['a link to something else', 'policy-link/group/1/2', null],
    ['a link without policy project', 'policy-link/project/1', null],
    ['a family that is not that of the entry', 'project/70', namespace(70, null)[1]],
  ])('refuses a key with %s and changes nothing', (_, key, entry) => {
    const directory = directoryOf([namespace(1, null), project(70, 1)]);
    expect(directory.apply(key, entry)).toBe(false);
    expect(directory.projectsUnder(1)).toEqual([70]);
  });

  it('takes ids from the key, not from the entry', () => {
    const directory = directoryOf([['project/5', project(6, 1)[1]]]);
    expect([directory.project(5)?.id, directory.project(6)]).toEqual([5, undefined]);
  });

  it('depends only on the last entry of each key, whatever the order of the keys', () => {
    const id = fc.integer({ min: 1, max: 6 });
    const deleted = (entry: fc.Arbitrary<[string, DirectoryEntry]>) =>
      entry.map(([key]): [string, null] => [key, null]);
    const written = fc.oneof(
      fc.tuple(id, fc.option(id), fc.integer({ min: 1, max: 3 })).map((args) => namespace(...args)),
      fc.tuple(id, id).map((args) => project(...args)),
      fc
        .tuple(
          id,
          fc.array(id),
          fc.record({ namespace_id: id, groups: fc.array(id), by_default: fc.boolean() }),
        )
        .map((args) => framework(...args)),
      fc
        .tuple(fc.constantFrom('namespace' as const, 'project' as const), id, id)
        .map((args) => link(...args)),
    );
    const entry: fc.Arbitrary<[string, DirectoryEntry | null]> = fc.oneof(written, written, deleted(written));
    const answers = (directory: Directory) =>
      [1, 2, 3, 4, 5, 6].map((n) => ({
        project: directory.project(n),
        namespace: directory.namespace(n),
        known: directory.hasFramework(n),
        frameworks: sorted(directory.frameworksOf(n)),
        links: directory.linksOf(n),
        ancestors: directory.ancestors(n),
        roots: [directory.rootOf(n), directory.rootOfProject(n)],
        under: sorted(directory.projectsUnder(n)),
      }));
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 40 }).chain((history) => {
          const last = [...new Map(history)];
          return fc.tuple(fc.constant(history), fc.shuffledSubarray(last, { minLength: last.length }));
        }),
        ([history, last]) => {
          expect(answers(directoryOf(history))).toEqual(answers(directoryOf(last)));
        },
      ),
      { numRuns: 500 },
    );
  });
});
