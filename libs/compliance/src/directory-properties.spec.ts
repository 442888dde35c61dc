import {
  noEntity,
  plainFramework,
  plainRequirement,
  type DirectoryChanged,
  type DirectoryEntry,
} from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DirectoryOverTime } from './directory-over-time.js';
import type { Place } from './versions.js';

interface Placed {
  change: DirectoryChanged;
  place: Place;
}

const actor = { id: '1', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null };
const ids = [1, 2, 3, 4];
const id = fc.constantFrom(...ids);

const change = (key: string, entry: Partial<DirectoryEntry> | null): DirectoryChanged => ({
  ...{ key, tenant: '1', occurred_at: 0, actor, replaces: null, replaced_by: null },
  entry: entry && { tenant: '1', ...noEntity, ...entry },
});
const changes: fc.Arbitrary<DirectoryChanged> = fc.oneof(
  fc
    .tuple(id, fc.option(id, { freq: 1 }))
    .map(([n, parent_id]) =>
      change(`namespace/${n}`, { namespace: { id: n, path: `n${n}`, parent_id, log_shards: 1 } }),
    ),
  fc.tuple(id, id).map(([n, namespace_id]) =>
    change(`project/${n}`, {
      project: { id: n, path: `p${n}`, namespace_id, archived: false, personal: false, settings: '{}' },
    }),
  ),
  fc
    .tuple(id, id, fc.subarray(ids), fc.subarray(ids), fc.boolean(), fc.subarray(['a', 'b', 'c']))
    .map(([n, namespace_id, projects, groups, by_default, controls]) =>
      change(`framework/${n}`, {
        framework: {
          ...{ ...plainFramework, id: n, name: `f${n}`, namespace_id, projects, groups, by_default },
          requirements: [{ ...plainRequirement, id: n, name: `r${n}`, controls }],
        },
      }),
    ),
  // Only what it names changes, which concerns fewer projects.
  fc.tuple(id, fc.subarray(ids)).map(([n, projects]) =>
    change(`framework/${n}`, {
      framework: { ...plainFramework, id: n, name: 'f', namespace_id: 1, projects },
    }),
  ),
  fc
    .tuple(id, fc.constantFrom('a', 'b'))
    .map(([n, name]) =>
      change(`control/${n}/${name}`, { control: { namespace_id: n, name, definition: name } }),
    ),
  fc
    .tuple(fc.constantFrom('namespace', 'project', 'framework'), id)
    .map(([family, n]) => change(`${family}/${n}`, null)),
);

/** Changes of one framework lie on one partition; all else may lie on any. Several have the same time. */
const histories = fc
  .array(fc.tuple(changes, fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })), { maxLength: 40 })
  .map((list) => {
    const next = [0, 0, 0];
    let micros = 0;
    return list.map(([each, step, anywhere]): Placed => {
      const partition = each.key.startsWith('framework/') ? 0 : anywhere;
      micros += step;
      return { change: each, place: { micros, partition, offset: next[partition]!++ } };
    });
  });

/** The entries as they stood, worked out from nothing. */
function stoodAt(history: readonly Placed[], at: number): Map<string, DirectoryEntry> {
  const order = ({ place: a }: Placed, { place: b }: Placed) =>
    a.micros - b.micros || a.partition - b.partition || a.offset - b.offset;
  const entries = new Map<string, DirectoryEntry>();
  for (const { change: each } of history.filter(({ place }) => place.micros <= at).sort(order)) {
    if (each.entry) entries.set(each.key, each.entry);
    else entries.delete(each.key);
  }
  return entries;
}

function wayUp(entries: Map<string, DirectoryEntry>, namespaceId: number): number[] {
  const way: number[] = [];
  for (let n: number | null = namespaceId; n !== null;) {
    const found: DirectoryEntry | undefined = entries.get(`namespace/${n}`);
    if (!found || way.includes(n)) return [...way, NaN];
    way.push(n);
    n = found.namespace!.parent_id;
  }
  return way;
}

function naively(history: readonly Placed[], at: number) {
  const entries = stoodAt(history, at);
  const all = [...entries.values()];
  const frameworks = all.flatMap(({ framework }) => framework ?? []).sort((a, b) => a.id - b.id);
  return ids.map((n) => {
    const project = entries.get(`project/${n}`)?.project;
    const way = project ? wayUp(entries, project.namespace_id) : [];
    const here = frameworks.filter(({ namespace_id }) => namespace_id === way.at(-1));
    const assigned = here.filter(
      ({ projects, groups }) => projects.includes(n) || groups.some((group) => way.includes(group)),
    );
    const counted = assigned.length ? assigned : here.filter(({ by_default }) => by_default);
    return {
      namespaceOfProject: project?.namespace_id,
      frameworks: counted.map((each) => each.id),
      controls: counted
        .flatMap((each) => (each.requirements[0]?.controls ?? []).map((name) => `${name}${each.id}`))
        .sort(),
      under: all
        .flatMap((each) => each.project ?? [])
        .filter(({ namespace_id }) => namespace_id === n || wayUp(entries, namespace_id).includes(n))
        .map((each) => each.id)
        .sort(),
      root: wayUp(entries, n).at(-1) || undefined,
      own: all.flatMap(({ control }) => (control?.namespace_id === n ? control.name : [])).sort(),
    };
  });
}

function answers(directory: DirectoryOverTime, at: number) {
  return ids.map((n) => ({
    namespaceOfProject: directory.project(n, at)?.namespace_id,
    frameworks: directory.frameworksOf(n, at).map((each) => each.id),
    controls: [...directory.requiredControls(n, at)]
      .flatMap(([name, refs]) => refs.map((ref) => `${name}${ref.framework_id}`))
      .sort(),
    under: directory.projectsUnder(n, at),
    root: directory.rootOf(n, at),
    own: directory.controlsOf(n, at).controls.map(({ name }) => name),
  }));
}

describe('the directory over time, at any time', () => {
  const times = fc.array(fc.tuple(fc.nat(40), fc.nat(45)), { maxLength: 30 });

  it('stands as worked out from nothing, whatever was asked before and came since', () => {
    fc.assert(
      fc.property(histories, times, (history, looks) => {
        const directory = new DirectoryOverTime();
        for (let count = 0; count <= history.length; count++) {
          if (count > 0) directory.apply(history[count - 1]!.change, history[count - 1]!.place);
          for (const [after, at] of looks)
            if (after % (history.length + 1) === count)
              expect(answers(directory, at)).toEqual(naively(history.slice(0, count), at));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is the same in whatever order the partitions are read, and when changes come again', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(2)), fc.nat(80), (history, order, at) => {
        const directory = new DirectoryOverTime();
        const apply = ({ change: each, place }: Placed) => directory.apply(each, place);
        const queues = [0, 1, 2].map((p) => history.filter(({ place }) => place.partition === p));
        for (const p of [...order, ...history.flatMap(() => [2, 1, 0])])
          queues[p]!.splice(0, 1).forEach(apply);
        history.forEach(apply);
        expect(answers(directory, at)).toEqual(naively(history, at));
      }),
      { numRuns: 300 },
    );
  });

  it('changes at no other times than it tells', () => {
    fc.assert(
      fc.property(histories, id, (history, n) => {
        const directory = new DirectoryOverTime();
        for (const { change: each, place } of history) directory.apply(each, place);
        const told = new Set(directory.changeTimes(n, -1, 100));
        for (let at = 0; at <= 80; at++) {
          if (told.has(at)) continue;
          const { namespaceOfProject, frameworks, controls } = naively(history, at)[n - 1]!;
          expect(naively(history, at - 1)[n - 1]).toMatchObject({ namespaceOfProject, frameworks, controls });
        }
      }),
      { numRuns: 200 },
    );
  });
});
