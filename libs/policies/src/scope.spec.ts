import { noEntity, plainFramework, type DirectoryEntry } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Directory } from './directory.js';
import type { Json } from './json.js';
import type { Change } from './policy-changes.js';
import { affectedBy, affectedProjects, appliesTo } from './scope.js';

const POLICY_PROJECT = 42;

interface Kinds {
  archived?: boolean;
  personal?: boolean;
}

class Company {
  readonly directory = new Directory();

  namespace(id: number, parent_id: number | null): this {
    return this.apply(`namespace/${id}`, { namespace: { id, path: `n${id}`, parent_id, log_shards: 1 } });
  }

  project(id: number, namespace_id: number, { archived = false, personal = false }: Kinds = {}): this {
    return this.apply(`project/${id}`, {
      project: { id, path: `p${id}`, namespace_id, archived, personal, settings: '{}' },
    });
  }

  framework(id: number, projects: number[], others: { groups?: number[]; by_default?: boolean } = {}): this {
    return this.apply(`framework/${id}`, {
      framework: { ...plainFramework, id, namespace_id: 1, name: `f${id}`, projects, ...others },
    });
  }

  link(kind: 'namespace' | 'project', id: number): this {
    return this.apply(`policy-link/${kind}/${id}/${POLICY_PROJECT}`, {
      policy_link: { policy_project_id: POLICY_PROJECT, namespace_id: null, project_id: null },
    });
  }

  /** Resolved both ways: which projects a policy applies to, and whether it applies to each. */
  affected(policy_scope?: Json) {
    const policy: Json = policy_scope === undefined ? { name: 'A' } : { name: 'A', policy_scope };
    const found = affectedProjects(this.directory, POLICY_PROJECT, policy);
    const one = (id: number) => appliesTo(this.directory, POLICY_PROJECT, policy, id);
    expect([10, 20, 21, 30, 40, 99].filter(one)).toEqual(found.projects);
    return found;
  }

  private apply(key: string, entry: Partial<DirectoryEntry>): this {
    const none = { tenant: '1', ...noEntity };
    this.directory.apply(key, { ...none, ...entry });
    return this;
  }
}

/** Namespace 1 holds 2 and 3, 2 holds 4; projects 10 to 40 lie in the namespace of their first digit. */
const company = () =>
  new Company()
    .namespace(1, null)
    .namespace(2, 1)
    .namespace(3, 1)
    .namespace(4, 2)
    .project(10, 1)
    .project(20, 2)
    .project(21, 2, { archived: true })
    .project(30, 3, { personal: true })
    .project(40, 4)
    .framework(5, [20, 30])
    .framework(6, [40]);

const ids = (...list: number[]) => list.map((id) => ({ id }));

describe('affectedProjects', () => {
  it('are all below a linked namespace and the linked projects, each once, by ascending id', () => {
    const linked = company().link('project', 40).link('project', 10).link('namespace', 2);
    expect(linked.affected()).toEqual({ projects: [10, 20, 21, 40], warnings: [] });
    expect(company().affected()).toEqual({ projects: [], warnings: [] });
  });

  it.each<[string, Json, number[]]>([
    ['nothing', null, [10, 20, 21, 30, 40]],
    [
      'empty parts',
      { compliance_frameworks: [], projects: { including: [] }, groups: {} },
      [10, 20, 21, 30, 40],
    ],
    [
      'null parts',
      { compliance_frameworks: null, projects: null, groups: { including: null } },
      [10, 20, 21, 30, 40],
    ],
    ['one framework', { compliance_frameworks: ids(5) }, [20, 30]],
    ['one of several frameworks', { compliance_frameworks: ids(5, 6) }, [20, 30, 40]],
    ['projects included', { projects: { including: ids(40, 10) } }, [10, 40]],
    ['projects excluded', { projects: { excluding: ids(40, 10) } }, [20, 21, 30]],
    ['archived projects excluded', { projects: { excluding: [{ type: 'archived' }] } }, [10, 20, 30, 40]],
    [
      'personal projects excluded',
      { projects: { excluding: [{ type: 'personal' }, { id: 10 }] } },
      [20, 21, 40],
    ],
    ['groups included', { groups: { including: ids(2) } }, [20, 21, 40]],
    ['groups excluded', { groups: { excluding: ids(2) } }, [10, 30]],
    ['groups included but for one below', { groups: { including: ids(2), excluding: ids(4) } }, [20, 21]],
    [
      'a project both included and excluded',
      { projects: { including: ids(10, 20), excluding: ids(20) } },
      [10],
    ],
    [
      'all kinds of restrictions together',
      { compliance_frameworks: ids(5, 6), groups: { including: ids(2) }, projects: { excluding: ids(40) } },
      [20],
    ],
  ])('are narrowed by a scope with %s', (_, scope, projects) => {
    expect(company().link('namespace', 1).affected(scope)).toEqual({ projects, warnings: [] });
  });

  it('give a warning for links to what the directory does not know', () => {
    expect(company().link('namespace', 9).link('project', 99).link('project', 10).affected()).toEqual({
      projects: [10],
      warnings: [
        'The policy project is linked to the unknown namespace 9.',
        'The policy project is linked to the unknown project 99.',
      ],
    });
  });

  it('give a warning for each unknown id in the scope, which selects nothing', () => {
    const scope = {
      compliance_frameworks: ids(7, 5),
      projects: { including: ids(98, 20), excluding: ids(98, 99) },
      groups: { excluding: ids(9) },
    };
    expect(company().link('namespace', 1).affected(scope)).toEqual({
      projects: [20],
      warnings: [
        'policy_scope names the unknown compliance framework 7.',
        'policy_scope names the unknown project 98.',
        'policy_scope names the unknown project 99.',
        'policy_scope names the unknown group 9.',
      ],
    });
    expect(
      company()
        .link('namespace', 1)
        .affected({ compliance_frameworks: ids(7) }).projects,
    ).toEqual([]);
  });

  it('count warnings beyond the first 20', () => {
    const scope = { projects: { excluding: ids(...Array.from({ length: 30 }, (_, n) => 1000 + n)) } };
    const { warnings } = company().link('project', 10).affected(scope);
    expect(warnings).toHaveLength(21);
    expect(warnings[20]).toBe('10 more warnings are left out.');
  });

  it.each<Json>([
    'all',
    [],
    { projects: [] },
    { groups: 1 },
    { compliance_frameworks: { id: 5 } },
    { projects: { including: 'x' } },
    { teams: [] },
    { projects: { excluding: [{ type: 'secret' }] } },
  ])('ignore the unreadable scope %j, of which the schema warns', (scope) => {
    expect(company().link('project', 10).affected(scope)).toEqual({ projects: [10], warnings: [] });
  });

  it.each<Json>([7, null, '10', { id: '10' }, { id: 1.5 }, { type: 'archived' }])(
    'are restricted by a list whose element %j is unreadable and selects nothing',
    (element) => {
      expect(
        company()
          .link('namespace', 1)
          .affected({ projects: { including: [element] } }).projects,
      ).toEqual([]);
    },
  );

  it('are empty for a policy that is no mapping', () => {
    expect(affectedProjects(company().link('project', 10).directory, POLICY_PROJECT, null).projects).toEqual([
      10,
    ]);
  });

  it('are those that fulfil every restriction taken for itself', () => {
    const some = (list: number[]) => fc.subarray(list);
    const frameworks = { 5: [20, 30], 6: [40] } as Record<number, number[]>;
    const ancestry = { 10: [1], 20: [2, 1], 21: [2, 1], 30: [3, 1], 40: [4, 2, 1] } as Record<
      number,
      number[]
    >;
    fc.assert(
      fc.property(
        fc.record({ any: some([5, 6]), on: some([10, 20, 21, 30, 40]), off: some([10, 20, 21, 30, 40]) }),
        fc.record({
          on: some([1, 2, 3, 4]),
          off: some([1, 2, 3, 4]),
          archived: fc.boolean(),
          personal: fc.boolean(),
        }),
        (projects, groups) => {
          const kinds = [...(groups.archived ? ['archived'] : []), ...(groups.personal ? ['personal'] : [])];
          const scope = {
            compliance_frameworks: ids(...projects.any),
            projects: {
              including: ids(...projects.on),
              excluding: [...ids(...projects.off), ...kinds.map((type) => ({ type }))],
            },
            groups: { including: ids(...groups.on), excluding: ids(...groups.off) },
          };
          const expected = [10, 20, 21, 30, 40].filter(
            (id) =>
              (projects.any.length === 0 || projects.any.some((f) => frameworks[f]!.includes(id))) &&
              (projects.on.length === 0 || projects.on.includes(id)) &&
              !projects.off.includes(id) &&
              !(groups.archived && id === 21) &&
              !(groups.personal && id === 30) &&
              (groups.on.length === 0 || groups.on.some((g) => ancestry[id]!.includes(g))) &&
              !groups.off.some((g) => ancestry[id]!.includes(g)),
          );
          expect(company().link('namespace', 1).affected(scope)).toEqual({
            projects: expected,
            warnings: [],
          });
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the policy projects of a project', () => {
  it('are those linked to it or to a namespace around it, for as long as they are linked', () => {
    const { directory } = company().link('namespace', 2).link('project', 10);
    expect([10, 20, 30, 40].filter((id) => directory.policyProjectsOf(id).has(POLICY_PROJECT))).toEqual([
      10, 20, 40,
    ]);
    directory.apply(`policy-link/namespace/2/${POLICY_PROJECT}`, null);
    expect([...directory.policyProjectsOf(40)]).toEqual([]);
    expect([...directory.policyProjectsOf(99)]).toEqual([]);
  });
});

describe('affectedBy', () => {
  const scopedTo = (id: number) => ({ name: 'x', policy_scope: { projects: { including: [{ id }] } } });
  const change = (before?: Change['before'], after?: Change['after']) =>
    ({ ...(before && { before }), ...(after && { after }) }) as Change;
  const affected = (c: Change) =>
    affectedBy(company().link('namespace', 1).directory, POLICY_PROJECT, c).projects;

  it('counts the projects before and after an update', () => {
    expect(affected(change(scopedTo(30), scopedTo(20)))).toEqual([20, 30]);
  });

  it('counts those of the one version of a create or delete', () => {
    expect(affected(change(undefined, scopedTo(20)))).toEqual([20]);
    expect(affected(change(scopedTo(30), undefined))).toEqual([30]);
  });
});
