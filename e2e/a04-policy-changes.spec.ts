import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh } from './support/test-mesh.js';

let mesh: TestMesh;
let policies: PolicyProject;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const twoEyes = approval('Two eyes');
const secrets = approval('Secrets', { description: 'None in the code' });
const scanFinding = { type: 'scan_finding', branches: ['main'], scanners: ['sast'] };
const changed = {
  ...twoEyes,
  description: 'Since the audit',
  rules: [{ ...twoEyes.rules[0], commits: 'unsigned' }, scanFinding],
  actions: [approvals(2)],
};

describe('a policy', () => {
  it('that is created gives an event that names it', async () => {
    const events = await policies.push(policyFile(twoEyes, secrets));
    expect(events.map(lineOf)).toEqual(['create Secrets', 'create Two eyes']);
    expect(events[1]).toMatchObject({
      type: 'security_policy_create',
      category: 'policy_change',
      target: { type: 'security_policy', id: 'approval_policy/Two eyes', name: 'Two eyes' },
      message: 'Created security policy with the name: "Two eyes"',
      details: { policy_name: 'Two eyes', policy_type: 'approval_policy', rules: { created: [0] } },
    });
  });

  it('that is updated gives an event with each field that changed and the rules, and the other policy none', async () => {
    const [event, ...others] = await policies.push(policyFile(changed, secrets));
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'security_policy_update',
      target: { name: 'Two eyes' },
      message: 'Updated security policy with the name: "Two eyes"',
      details: { rules: { created: [1], updated: [0], deleted: [] } },
    });
    expect(event!.details.diff).toEqual(
      expect.arrayContaining([
        { path: '/description', after: 'Since the audit' },
        { path: '/actions/0/approvals_required', before: 1, after: 2 },
        { path: '/rules/0/commits', before: 'any', after: 'unsigned' },
        { path: '/rules/1', after: scanFinding },
      ]),
    );
    expect(event!.details.diff).toHaveLength(4);
  });

  it('that loses a rule says which', async () => {
    const [event] = await policies.push(policyFile({ ...changed, rules: [changed.rules[0]] }, secrets));
    expect(event!.details).toMatchObject({
      rules: { created: [], updated: [], deleted: [1] },
      diff: [{ path: '/rules/1', before: scanFinding }],
    });
  });

  it('that is switched off is updated', async () => {
    const off = { ...changed, rules: [changed.rules[0]], enabled: false };
    const [event] = await policies.push(policyFile(off, secrets));
    expect(event!.details.diff).toEqual([{ path: '/enabled', before: true, after: false }]);
    await policies.push(policyFile(changed, secrets));
  });

  it('that is deleted gives an event that names it, and its rules', async () => {
    const events = await policies.push(policyFile(changed));
    expect(events.map(lineOf)).toEqual(['delete Secrets']);
    expect(events[0]).toMatchObject({
      message: 'Deleted security policy with the name: "Secrets"',
      target: { id: 'approval_policy/Secrets' },
      details: { policy_name: 'Secrets', rules: { deleted: [0] } },
    });
    await policies.push(policyFile(changed, secrets));
  });

  it('is deleted with its file', async () => {
    expect((await policies.push(null)).map(lineOf)).toEqual(['delete Secrets', 'delete Two eyes']);
    const again = await policies.push(policyFile(changed, secrets));
    expect(again.map(lineOf)).toEqual(['create Secrets', 'create Two eyes']);
  });

  it('that is only written otherwise, or stands elsewhere, gives none', async () => {
    const asJson = JSON.stringify(parse(policyFile(secrets, changed)), null, 4);
    const keysTurned = policyFile(...[secrets, changed].map(turned));
    const asComment = `# reviewed in spring\n${stringify(parse(keysTurned), { defaultStringType: 'QUOTE_DOUBLE' })}`;
    for (const text of [asJson, keysTurned, asComment]) expect(await policies.push(text)).toEqual([]);
    const all = await mesh.events('scope=project:42');
    expect((await policies.push(policyFile(approval('New'), changed, secrets))).map(lineOf)).toEqual([
      'create New',
    ]);
    expect(await mesh.events('scope=project:42')).toHaveLength(all.length + 1);
  });

  it('is found by its name and by what happened to it', async () => {
    const found = async (query: string) => (await mesh.events(query)).map(lineOf);
    expect(await found('type=security_policy_delete&target=Secrets')).toHaveLength(2);
    expect(await found('type=security_policy_update&target=approval_policy/Two eyes')).toHaveLength(4);
    expect(await found('q="security policy" new')).toEqual(['create New']);
  });
});

const turned = (policy: object) => Object.fromEntries(Object.entries(policy).toReversed());
