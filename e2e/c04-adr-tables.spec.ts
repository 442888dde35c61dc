import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { merge } from './support/compliance.js';
import { TestMesh } from './support/test-mesh.js';

/** What ADR 005 draws, but for the two that its text leaves out of the arrows: what a table is named by is there. */
const drawn: Record<string, string[]> = {
  namespaces: ['id', 'path'],
  projects: ['id', 'path', 'namespace_id'],
  compliance_management_frameworks: ['id', 'name', 'description', 'namespace_id'],
  compliance_requirements: [
    ...['id', 'created_at', 'updated_at', 'namespace_id', 'framework_id', 'name', 'description'],
    ...['requirement_type', 'external_url', 'expression'],
  ],
  project_requirement_compliance_status: [
    ...[
      'id',
      'created_at',
      'updated_at',
      'project_id',
      'namespace_id',
      'compliance_requirement_id',
      'status',
    ],
  ],
  security_policy_requirements: ['created_at', 'updated_at', 'compliance_requirement_id', 'namespace_id'],
  project_compliance_violations: [
    ...['id', 'created_at', 'updated_at', 'project_id', 'namespace_id', 'compliance_requirement_id'],
    ...['compliance_requirement_expression', 'audit_event_id'],
  ],
};

let mesh: TestMesh;
let eventId: string;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/payments', parent: 1 },
    ],
    projects: [
      { id: 42, path: 'acme/policies', namespace: 1 },
      { id: 70, path: 'acme/payments/ledger', namespace: 2 },
    ],
    frameworks: [
      {
        ...{ id: 3, namespace: 1, name: 'SOC 2', description: 'For auditors', projects: [70] },
        requirements: [
          {
            ...{ id: 31, name: 'Four eyes', description: 'Two people see each change' },
            controls: ['minimum_approvals_required_2'],
            security_policies: [{ policy_project: 42, type: 'approval_policy', name: 'Two eyes' }],
          },
        ],
      },
    ],
  });
  eventId = await merge(mesh, 70, ['ben']);
});

afterAll(() => mesh?.stop());

describe('the data model of ADR 005', () => {
  it.each(Object.entries(drawn))('has the table %s', async (table, columns) => {
    const found = await mesh.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'trail' AND table_name = '${table}'`,
    );
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(columns));
  });

  it('leads from a namespace to its violations, over frameworks and requirements', async () => {
    const rows = await mesh.query(`
      SELECT n.path AS namespace, p.path AS project, f.name AS framework, f.description, r.name AS requirement, r.requirement_type,
        r.expression, v.audit_event_id, v.status, v.compliance_requirement_expression -> 'values' AS values
      FROM trail.project_compliance_violations v
      JOIN trail.projects p ON p.id = v.project_id
      JOIN trail.namespaces n ON n.id = p.namespace_id
      JOIN trail.compliance_requirements r ON r.id = v.compliance_requirement_id
      JOIN trail.compliance_management_frameworks f ON f.id = r.framework_id`);
    expect(rows).toEqual([
      {
        ...{ namespace: 'acme/payments', project: 'acme/payments/ledger' },
        ...{ framework: 'SOC 2', description: 'For auditors', requirement: 'Four eyes', requirement_type: 0 },
        expression: '["minimum_approvals_required_2"]',
        ...{ audit_event_id: eventId, status: 0, values: { 'event.details.approvers': ['ben'] } },
      },
    ]);
  });

  it('says how each project stands to each requirement', async () => {
    const rows = await mesh.query(
      'SELECT project_id, namespace_id, compliance_requirement_id, status FROM trail.project_requirement_compliance_status',
    );
    expect(rows).toEqual([
      { project_id: '70', namespace_id: '2', compliance_requirement_id: '31', status: 1 },
    ]);
  });

  it('says which security policies serve a requirement', async () => {
    const rows = await mesh.query(
      'SELECT compliance_requirement_id, policy_project_id, policy_type, policy_name FROM trail.security_policy_requirements',
    );
    expect(rows).toEqual([
      {
        ...{ compliance_requirement_id: '31', policy_project_id: '42' },
        ...{ policy_type: 'approval_policy', policy_name: 'Two eyes' },
      },
    ]);
  });
});
