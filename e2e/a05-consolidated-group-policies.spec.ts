import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approval, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh, type EventJson } from './support/test-mesh.js';

const PER_GROUP = 120;
let mesh: TestMesh;
let policies: PolicyProject;

const groups = [
  { id: 1, path: 'acme' },
  { id: 2, path: 'acme/payments', parent: 1 },
  { id: 3, path: 'acme/payments/cards', parent: 2 },
  { id: 4, path: 'acme/payments/cards/issuing', parent: 3 },
  { id: 5, path: 'acme/web', parent: 1 },
  { id: 6, path: 'acme/labs', parent: 1 },
];
/** In every group: of ten projects one is archived and one is personal. */
const projects = groups.flatMap(({ id: namespace, path }) =>
  Array.from({ length: PER_GROUP }, (_, i) => ({
    id: namespace * 1_000 + i,
    path: `${path}/p${i}`,
    namespace,
    archived: i % 10 === 1,
    personal: i % 10 === 2,
  })),
);
const soc2 = [2_003, 2_004, 4_005, 5_006, 6_007];
type Project = (typeof projects)[number];

beforeAll(async () => {
  mesh = await TestMesh.start({ POLICY_LIMITS: 'approval_policy=30' });
  await mesh.directory({
    namespaces: groups,
    projects: [
      ...projects,
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 43, path: 'acme/new-policies', namespace: 1 },
    ],
    policy_links: [
      { policy_project: 42, namespace: 2 },
      { policy_project: 42, namespace: 3 },
      { policy_project: 42, namespace: 5 },
      { policy_project: 42, project: 2_000 },
      { policy_project: 42, project: 6_000 },
    ],
    frameworks: [{ id: 9, namespace: 1, name: 'SOC 2', projects: soc2 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const idsOf = (isMeant: (project: Project) => boolean) => projects.filter(isMeant).map(({ id }) => id);
const isIn =
  (...ids: number[]) =>
  ({ namespace }: Project) =>
    ids.includes(namespace);
/** All that the links of the policy project reach: acme/payments with all below it, acme/web, and one project of acme/labs. */
const isGoverned = (project: Project) => isIn(2, 3, 4, 5)(project) || project.id === 6_000;
const scoped = (name: string, policy_scope: object) => approval(name, { policy_scope });

async function expectAffected(event: EventJson, ids: number[]): Promise<void> {
  expect(event.consolidation).toMatchObject({
    affected_projects_count: ids.length,
    affected_projects_sample: ids.slice(0, 10).map(String),
    complete: true,
    missing: 0,
  });
  expect((await mesh.affectedProjects(event)).ids).toEqual(ids);
}

describe('a policy of groups and subgroups', () => {
  it('gives one event, at the policy project, however deep its projects lie and however many links lead to them', async () => {
    const events = await policies.push(policyFile(approval('Two eyes')));
    expect(events.map(lineOf)).toEqual(['create Two eyes']);
    expect(events[0]!.scope).toMatchObject({ type: 'project', id: '42', path: 'acme/security-policies' });
    await expectAffected(events[0]!, idsOf(isGoverned));
    expect(await mesh.events('type=security_policy_*')).toHaveLength(1);
  });

  it('lists its projects over pages, by ascending id and with their paths', async () => {
    const [event] = await mesh.events('target=Two eyes');
    const all = idsOf(isGoverned);
    expect(await mesh.affectedProjects(event!, 100)).toEqual({
      ids: all,
      pages: Math.ceil(all.length / 100),
    });
    const { body } = await mesh.call<{ items: object[] }>(
      'GET',
      `/api/v1/audit-events/${event!.id}/affected-projects?limit=1`,
    );
    expect(body.items).toEqual([{ id: '2000', path: 'acme/payments/p0' }]);
  });

  it('affects the projects of its scope', async () => {
    const scopes: [string, object, (project: Project) => boolean][] = [
      [
        'a including projects',
        { projects: { including: [{ id: 2_001 }, { id: 6_001 }] } },
        ({ id }) => id === 2_001,
      ],
      ['b excluding projects', { projects: { excluding: [{ id: 2_001 }] } }, ({ id }) => id !== 2_001],
      [
        'c excluding archived',
        { projects: { excluding: [{ type: 'archived' }] } },
        ({ archived }) => !archived,
      ],
      [
        'd excluding both kinds',
        { projects: { excluding: [{ type: 'personal' }, { type: 'archived' }] } },
        ({ archived, personal }) => !archived && !personal,
      ],
      ['e including a group', { groups: { including: [{ id: 3 }] } }, isIn(3, 4)],
      ['f excluding a group', { groups: { excluding: [{ id: 3 }] } }, (project) => !isIn(3, 4)(project)],
      ['g framework', { compliance_frameworks: [{ id: 9 }] }, ({ id }) => soc2.includes(id)],
      [
        'h all at once',
        {
          compliance_frameworks: [{ id: 9 }],
          groups: { including: [{ id: 2 }] },
          projects: { excluding: [{ id: 4_005 }] },
        },
        ({ id }) => [2_003, 2_004].includes(id),
      ],
      ['i nothing', { projects: { including: [{ id: 6_001 }] } }, () => false],
    ];
    const file = [approval('Two eyes'), ...scopes.map(([name, scope]) => scoped(name, scope))];
    const events = await policies.push(policyFile(...file));
    expect(events.map(lineOf)).toEqual(scopes.map(([name]) => `create ${name}`));
    for (const [i, [, , isInScope]] of scopes.entries())
      await expectAffected(
        events[i]!,
        idsOf((project) => isGoverned(project) && isInScope(project)),
      );
  });

  it('that moves from one group to another affects both', async () => {
    const moving = (group: number) =>
      policyFile(scoped('Moving', { groups: { including: [{ id: group }] } }));
    await policies.push(moving(4));
    const [event] = await policies.push(moving(5));
    expect(lineOf(event!)).toBe('update Moving');
    await expectAffected(event!, idsOf(isIn(4, 5)));
  });

  it('exceeds a limit once, not once for each link', async () => {
    const many = Array.from({ length: 32 }, (_, i) =>
      scoped(`P${i}`, { projects: { including: [{ id: 2_000 }] } }),
    );
    const events = await policies.push(policyFile(...many));
    const exceeded = events.filter(({ type }) => type === 'security_policy_limit_exceeded');
    expect(exceeded).toHaveLength(1);
    expect(exceeded[0]).toMatchObject({
      scope: { id: '42' },
      details: {
        policy_type: 'approval_policy',
        limit: 30,
        policies_count: 32,
        skipped_policies: ['P30', 'P31'],
      },
    });
    expect(events.filter(({ type }) => type === 'security_policy_create')).toHaveLength(32);
    const described = [{ ...many[0]!, description: 'No other is skipped' }, ...many.slice(1)];
    expect((await policies.push(policyFile(...described))).map(lineOf)).toEqual(['update P0']);
  });
});

describe('a policy project', () => {
  const links = async (...policy_links: object[]): Promise<EventJson[]> => {
    const before = await mesh.events('type=policy_project_updated');
    await mesh.directory({ policy_links });
    await mesh.settled();
    const known = new Set(before.map(({ id }) => id));
    return (await mesh.events('type=policy_project_updated')).filter(({ id }) => !known.has(id));
  };
  let version = 0;
  const update = async (project = policies) =>
    (await project.push(policyFile(approval('Linked', { description: `version ${++version}` })))).find(
      ({ target }) => target.name === 'Linked',
    )!;

  it('that is linked to a group says so there, and its next change affects the group as well', async () => {
    await update();
    const events = await links({ policy_project: 42, namespace: 6 });
    expect(events).toMatchObject([
      {
        category: 'policy_change',
        scope: { type: 'group', id: '6', path: 'acme/labs' },
        message: 'Linked the security policy project "acme/security-policies"',
        details: { change: 'linked', container_id: 6, before: null, after: { id: 42 } },
      },
    ]);
    await expectAffected(
      await update(),
      idsOf((project) => isGoverned(project) || isIn(6)(project)),
    );
  });

  it('that is unlinked says so, and its next change no longer affects the group', async () => {
    const events = await links({ policy_project: 42, namespace: 6, removed: true });
    expect(events).toMatchObject([
      { scope: { id: '6' }, details: { change: 'unlinked', before: { id: 42 }, after: null } },
    ]);
    await expectAffected(await update(), idsOf(isGoverned));
  });

  it('that is replaced by another is told in one event, and the other one governs from then on', async () => {
    const other = new PolicyProject(mesh, 43);
    const events = await links(
      { policy_project: 42, namespace: 5, removed: true },
      { policy_project: 43, namespace: 5 },
    );
    expect(events).toMatchObject([
      {
        scope: { id: '5', path: 'acme/web' },
        details: {
          change: 'replaced',
          before: { id: 42, path: 'acme/security-policies' },
          after: { id: 43, path: 'acme/new-policies' },
        },
      },
    ]);
    await expectAffected(
      await update(),
      idsOf((project) => isGoverned(project) && !isIn(5)(project)),
    );
    await expectAffected(await update(other), idsOf(isIn(5)));
  });
});
