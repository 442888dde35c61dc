import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import { actor } from './support/actor.js';
import { compliance, merge } from './support/compliance.js';
import { TestMesh } from './support/test-mesh.js';

const url = 'https://board.example/compliance';
const [internal, external] = [31, 32];
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
    frameworks: [
      {
        ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
        requirements: [
          { id: internal, name: 'Four eyes', controls: ['minimum_approvals_required_2'] },
          {
            id: external,
            name: 'Change board',
            external_controls: [{ id: 312, name: 'Approved change', url }],
          },
        ],
      },
    ],
  });
});

afterAll(() => mesh?.stop());

const requirementOf = async (id: number) =>
  (await compliance(mesh, 70)).frameworks[0]!.requirements.find((each) => each.id === id)!;
const statusOf = async (id: number): Promise<string> => (await requirementOf(id)).status;

/** What the api writes when the other system has answered with its signature. */
async function verdict(status: string): Promise<void> {
  const nothing = { transition: null, comment: null, link: null, evaluation: null };
  const value = {
    ...{ id: `verdict-${status}`, tenant: '1', project_id: 70, occurred_at: Date.now() * 1000 },
    ...{ actor: actor({ id: '312', type: 'system' }), ...nothing },
    verdict: { control_id: 312, status, due_at: null, renews: false },
  };
  await mesh.produce(topics.complianceCommands, '1.0', [{ id: value.id, value }]);
  await mesh.settled();
}

describe('a requirement', () => {
  it('is internal, with an expression, or external, with an address', async () => {
    const requirements = await mesh.query(
      'SELECT id, requirement_type, expression, external_url FROM trail.compliance_requirements ORDER BY id',
    );
    expect(requirements).toEqual([
      {
        ...{ id: '31', requirement_type: 0, external_url: null },
        expression: '["minimum_approvals_required_2"]',
      },
      { id: '32', requirement_type: 1, external_url: url, expression: '["external/312"]' },
    ]);
  });

  it('that is internal is decided by its expression, from events', async () => {
    expect(await statusOf(internal)).toBe('pending');
    await merge(mesh, 70);
    expect(await statusOf(internal)).toBe('pass');
    await merge(mesh, 70, ['ben']);
    expect(await statusOf(internal)).toBe('fail');
  });

  it('that is external is pending until the other system answers, and then what it says', async () => {
    expect((await requirementOf(external)).controls).toMatchObject([
      { name: 'external/312', status: 'pending' },
    ]);
    await verdict('pass');
    expect(await statusOf(external)).toBe('pass');
    await verdict('fail');
    expect(await statusOf(external)).toBe('fail');
    expect(await statusOf(internal)).toBe('fail');
  });
});
