import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenBy, merge, transition, violations, type ViolationJson } from './support/compliance.js';
import { MergeRequest } from './support/merge-request.js';
import { TestMesh } from './support/test-mesh.js';

const control = 'minimum_approvals_required_2';
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
    frameworks: [
      {
        ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
        requirements: [{ id: 31, name: 'Four eyes', controls: [control] }],
      },
    ],
  });
});

afterAll(() => mesh?.stop());

const one = async (): Promise<ViolationJson> => {
  const [first] = await violations(mesh, `control=${control}`);
  return (await mesh.call<ViolationJson>('GET', `/api/v1/violations/${first!.id}`)).body;
};

describe('where two approvals are required', () => {
  it('a merge with two is none', async () => {
    expect(await brokenBy(mesh, await merge(mesh, 70), 70)).toEqual([]);
  });

  it('a merge with one becomes a violation, with what was required and what there was', async () => {
    const eventId = await merge(mesh, 70, ['ben']);
    expect(await one()).toMatchObject({
      status: 'detected',
      control,
      project: { id: 70, path: 'acme/ledger' },
      requirements: [{ framework_id: 3, requirement_id: 31, requirement_name: 'Four eyes' }],
      expression: 'size(event.details.approvers) >= 2',
      values: { 'event.details.approvers': ['ben'] },
      audit_event: { id: eventId, type: 'merge_request_merged' },
      history: [{ from: null, to: 'detected' }],
    });
    const rows = await mesh.query(
      `SELECT project_id, namespace_id, compliance_requirement_id, compliance_requirement_expression, audit_event_id, status
       FROM trail.project_compliance_violations`,
    );
    expect(rows).toEqual([
      {
        ...{ project_id: '70', namespace_id: '1', compliance_requirement_id: '31', status: 0 },
        audit_event_id: eventId,
        compliance_requirement_expression: {
          expression: 'size(event.details.approvers) >= 2',
          values: { 'event.details.approvers': ['ben'] },
        },
      },
    ]);
  });

  it('the violation leads to its event, and the trail says that the control fails', async () => {
    const { audit_event } = await one();
    const { body } = await mesh.call<{ details: { approvers: string[] } }>('GET', audit_event.url);
    expect(body.details.approvers).toEqual(['ben']);
    const [told, ...others] = await mesh.events('type=compliance_control_status_fail');
    expect(others).toEqual([]);
    expect(told).toMatchObject({ target: { id: control }, scope: { type: 'project', id: '70' } });
  });

  it('goes through its life, each step of which is kept and audited', async () => {
    const violation = await one();
    expect(await transition(mesh, violation, 'in_review')).toBe(202);
    expect(await transition(mesh, violation, 'dismissed')).toBe(400);
    expect(await transition(mesh, violation, 'dismissed', 'A hotfix at night')).toBe(202);
    expect(await transition(mesh, violation, 'resolved')).toBe(409);
    expect(await transition(mesh, violation, 'detected', 'It was none')).toBe(202);
    const { status, history } = await one();
    expect(status).toBe('detected');
    expect(history.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      [null, 'detected', null],
      ['detected', 'in_review', null],
      ['in_review', 'dismissed', 'A hotfix at night'],
      ['dismissed', 'detected', 'It was none'],
    ]);
    await mesh.settled();
    const told = await mesh.events(`type=update_project_compliance_violation&target=${violation.id}`);
    expect(told).toHaveLength(3);
  });

  it('is one violation, also if the event comes again', async () => {
    const before = await violations(mesh, 'project=70');
    const change = new MergeRequest(mesh, 900);
    await change.tell('merged', { approvals: [] });
    await change.tellAgain('merged');
    expect(await violations(mesh, 'project=70')).toHaveLength(before.length + 1);
  });
});
