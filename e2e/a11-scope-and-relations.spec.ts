import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import { report } from './support/enforcement-report.js';
import { approval, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh } from './support/test-mesh.js';

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start({ DIRECTORY_PATIENCE_MS: '500' });
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/security', parent: 1 },
      { id: 3, path: 'acme/payments', parent: 1 },
      { id: 9, path: 'globex' },
    ],
    projects: [
      { id: 42, path: 'acme/security/policies', namespace: 2 },
      { id: 44, path: 'acme/security/dangling', namespace: 2 },
      { id: 70, path: 'acme/payments/ledger', namespace: 3 },
      { id: 90, path: 'globex/shop', namespace: 9 },
    ],
    policy_links: [
      { policy_project: 42, namespace: 3 },
      { policy_project: 42, project: 90 },
      { policy_project: 43, namespace: 3 },
      { policy_project: 44, project: 70 },
      { policy_project: 44, project: 777 },
      { policy_project: 45, namespace: 3 },
      { policy_project: 45, namespace: 9 },
    ],
  });
});

afterAll(async () => {
  await mesh?.stop();
});

const policies = (id: number) => new PolicyProject(mesh, id);
const file = policyFile(approval('Two eyes'));

describe('an event of a policy', () => {
  it('belongs to the policy project, and not to what the policy governs', async () => {
    const project = policies(42);
    const events = [...(await project.push(file)), ...(await project.push('['))];
    expect(events.map(lineOf)).toEqual(['create Two eyes', 'yaml_invalidated acme/security/policies']);
    for (const { scope } of events)
      expect(scope).toEqual({
        type: 'project',
        id: '42',
        path: 'acme/security/policies',
        root_namespace_id: '1',
      });
    const created = (query: string) => mesh.events(`type=security_policy_create&${query}`);
    for (const query of ['scope=project:42', 'scope=acme/security', 'scope=acme'])
      expect(await created(query)).toHaveLength(1);
    for (const query of ['scope=acme/payments', 'scope=project:70', 'scope=globex'])
      expect(await created(query)).toEqual([]);
  });

  it('shows what it governs elsewhere: in another group, and under another root', async () => {
    const [event] = await mesh.events('type=security_policy_create&scope=project:42');
    const { body } = await mesh.call('GET', `/api/v1/audit-events/${event!.id}/affected-projects`);
    expect(body).toMatchObject({
      items: [
        { id: '70', path: 'acme/payments/ledger' },
        { id: '90', path: 'globex/shop' },
      ],
    });
  });

  it('belongs there too when the policy was not enforced or got around in a project elsewhere', async () => {
    const value = report('bypassed', 'Two eyes', { bypass_type: 'user', project_id: 90 });
    await mesh.produce(topics.policyEnforcements, '42', [{ id: 'bypass', value }]);
    await mesh.settled();
    expect(await mesh.events('type=security_policy_user_push_bypass')).toMatchObject([
      {
        scope: { id: '42', path: 'acme/security/policies' },
        details: { project_id: 90, project_path: 'globex/shop', unresolved: false },
      },
    ]);
  });
});

describe('a link of a policy project', () => {
  it('is visible where it governs, from which policy project and under which root', async () => {
    const linked = async (scope: string) =>
      (await mesh.events(`type=policy_project_updated&scope=${scope}`)).map(({ details, scope: at }) => [
        at.root_namespace_id,
        details.after.id,
        details.after.path,
      ]);
    expect(await linked('project:90')).toEqual([['9', 42, 'acme/security/policies']]);
    expect((await linked('group:3')).toSorted()).toEqual([
      ['1', 42, 'acme/security/policies'],
      ['1', 43, null],
      ['1', 45, null],
    ]);
  });

  it('to what nobody knows is a warning on the events of its policies', async () => {
    const [event] = await policies(44).push(file);
    expect(event!.details).toMatchObject({
      warnings: ['The policy project is linked to the unknown project 777.'],
      unresolved: false,
    });
    expect(event!.consolidation).toMatchObject({
      affected_projects_count: 1,
      affected_projects_sample: ['70'],
    });
  });
});

describe('a policy project that the directory does not have', () => {
  it('is placed by what it governs, with a warning', async () => {
    const [event] = await policies(43).push(file);
    expect(event).toMatchObject({
      scope: { id: '43', path: null, root_namespace_id: '1' },
      details: { unresolved: false, warnings: ['The policy project 43 is unknown to the directory.'] },
      consolidation: { affected_projects_count: 1 },
    });
  });

  it('and that governs several roots is unresolved, and what it affects is told all the same', async () => {
    const [event] = await policies(45).push(file);
    expect(event).toMatchObject({
      scope: { id: '45', root_namespace_id: null },
      details: { unresolved: true, warnings: ['The policy project 45 is unknown to the directory.'] },
      consolidation: { affected_projects_count: 2, affected_projects_sample: ['70', '90'] },
    });
  });

  it('and that nothing is linked to is unresolved until the directory has it', async () => {
    const project = policies(46);
    const [before] = await project.push(file);
    expect(before).toMatchObject({
      scope: { id: '46', root_namespace_id: null },
      details: { unresolved: true },
      consolidation: { affected_projects_count: 0, complete: true },
    });
    await mesh.directory({
      projects: [{ id: 46, path: 'globex/policies', namespace: 9 }],
      policy_links: [{ policy_project: 46, namespace: 9 }],
    });
    const [after] = await project.push(null);
    expect(after).toMatchObject({
      scope: { id: '46', path: 'globex/policies', root_namespace_id: '9' },
      details: { unresolved: false, warnings: [] },
      consolidation: { affected_projects_sample: ['46', '90'] },
    });
  });
});
