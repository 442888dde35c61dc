import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenBy, merge, violations } from './support/compliance.js';
import { TestMesh } from './support/test-mesh.js';

let mesh: TestMesh;
const requirement = (id: number, ...controls: string[]) => ({ id, name: `Requirement ${id}`, controls });
const twoApprovals = 'minimum_approvals_required_2';
const otherAuthor = 'merge_request_prevent_author_approval';
const soc2 = {
  ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
  requirements: [requirement(31, twoApprovals), requirement(32, otherAuthor)],
};
const pci = {
  ...{ id: 4, namespace: 1, name: 'PCI', groups: [2] },
  requirements: [requirement(41, 'minimum_approvals_required_1', twoApprovals)],
};
const basics = {
  ...{ id: 5, namespace: 1, name: 'Basics', by_default: true },
  requirements: [requirement(51, 'minimum_approvals_required_1')],
};

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/payments', parent: 1 },
      { id: 9, path: 'globex' },
    ],
    projects: [
      { id: 70, path: 'acme/ledger', namespace: 1 },
      { id: 71, path: 'acme/payments/gateway', namespace: 2 },
      { id: 72, path: 'acme/website', namespace: 1 },
      { id: 90, path: 'globex/site', namespace: 9 },
    ],
    frameworks: [soc2, pci, basics],
  });
});

afterAll(() => mesh?.stop());

const brokenIn = async (project: number, approvers: string[] = []) =>
  brokenBy(mesh, await merge(mesh, project, approvers), project);

describe('what an event is evaluated for', () => {
  it('are the controls of the frameworks that its project is assigned to, and no others', async () => {
    expect(await brokenIn(70)).toEqual([twoApprovals]);
    expect(await brokenIn(70, ['ann', 'ben'])).toEqual([otherAuthor]);
    expect(await brokenIn(70, ['ben', 'eve'])).toEqual([]);
  });

  it('are those of its groups, too', async () => {
    expect(await brokenIn(71)).toEqual(['minimum_approvals_required_1', twoApprovals]);
  });

  it('are those by default where no other framework is assigned', async () => {
    expect(await brokenIn(72)).toEqual(['minimum_approvals_required_1']);
  });

  it('is nothing in a project of another tenant', async () => {
    expect(await brokenIn(90)).toEqual([]);
  });

  it('is told with the violation: every requirement that asks for the control', async () => {
    await mesh.directory({ frameworks: [{ ...soc2, projects: [70, 71] }] });
    const eventId = await merge(mesh, 71, ['ben']);
    const [violation] = (await violations(mesh, 'project=71')).filter(
      ({ audit_event }) => audit_event.id === eventId,
    );
    expect(violation!.requirements).toEqual([
      { framework_id: 3, framework_name: 'SOC 2', requirement_id: 31, requirement_name: 'Requirement 31' },
      { framework_id: 4, framework_name: 'PCI', requirement_id: 41, requirement_name: 'Requirement 41' },
    ]);
    expect(await violations(mesh, 'framework=3&project=71')).toHaveLength(1);
    expect(await violations(mesh, 'requirement=41&project=71')).toHaveLength(3);
  });

  it('follows the framework from its change on', async () => {
    await mesh.directory({ frameworks: [{ ...soc2, requirements: [requirement(32, otherAuthor)] }] });
    expect(await brokenIn(70)).toEqual([]);
    await mesh.directory({ frameworks: [{ ...soc2, projects: [] }] });
    expect(await brokenIn(70)).toEqual(['minimum_approvals_required_1']);
  });
});
