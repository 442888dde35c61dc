import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { approval, policyFile } from './support/policy-file.js';
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
      { id: 43, path: 'acme/never-valid', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const valid = policyFile(approval('Two eyes'), approval('Secrets'));
const INVALIDATED = 'yaml_invalidated acme/security-policies';
const RESTORED = 'yaml_restored acme/security-policies';

/** Each way in which a file can be invalid, with what is said of it and where. */
const reasons: [string, string, RegExp, number | null, number | null][] = [
  ['no YAML', 'approval_policy:\n- name: "Two\n', /./, 3, 1],
  ['an alias of nothing', 'approval_policy:\n- *nobody\n', /nobody/, 2, 3],
  ['empty', '', /empty/, null, null],
  ['only a comment', '# to do\n', /empty/, null, null],
  ['without a policy key', '# ours\npolicies: []\n', /no policy key/, 2, 1],
  ['a list', '- name: Two eyes\n', /no policy key/, 1, 1],
  [
    'with a policy key that is no list',
    'approval_policy:\n  name: Two eyes\n',
    /"approval_policy" is no list/,
    1,
    1,
  ],
  [
    'with the older key that is no list',
    '\nscan_result_policy: none\n',
    /"scan_result_policy" is no list/,
    2,
    1,
  ],
  ['with a policy that is no mapping', 'approval_policy:\n- name: A\n- Two eyes\n', /no mapping/, 3, 3],
  ['with a policy without a name', 'approval_policy:\n  - enabled: true\n', /has no name/, 2, 5],
  [
    'with a policy of an empty name',
    'approval_policy:\n- enabled: true\n  name: ""\n',
    /name of a policy is empty/,
    3,
    3,
  ],
];

describe('a policy file', () => {
  it('that becomes invalid gives an event with the reason and its place, and one when it is valid again', async () => {
    expect((await policies.push(valid)).map(lineOf)).toEqual(['create Secrets', 'create Two eyes']);
    const pushes = reasons.flatMap(([, content]) => [{ content }, { content: valid }]);
    const events = await policies.pushAll(pushes);
    for (const [i, [what, , message, line, column]] of reasons.entries()) {
      const [invalid, restored] = [events[2 * i]!, events[2 * i + 1]!];
      expect([what, ...invalid.map(lineOf)]).toEqual([what, INVALIDATED]);
      expect([what, ...restored.map(lineOf)]).toEqual([what, RESTORED]);
      const [error] = invalid[0]!.details.errors;
      expect([what, error]).toEqual([what, { message: expect.stringMatching(message), line, column }]);
    }
  });

  it('gives an event that says who broke it, in which commit, at the policy project', async () => {
    const [event] = await mesh.events('type=security_policy_yaml_invalidated');
    expect(event).toMatchObject({
      category: 'policy_change',
      actor: { name: 'Ann Lee', email: 'ann@acme.example' },
      scope: { type: 'project', id: '42', path: 'acme/security-policies' },
      target: { type: 'project', id: '42', name: 'acme/security-policies' },
      message: expect.stringContaining('The policy file has become invalid'),
      details: { commit_sha: expect.stringMatching(/^c+2$/), committer: { name: 'Ann Lee' } },
    });
  });

  it('names all mistakes of one version', async () => {
    const [events] = await policies.pushAll([
      { content: 'approval_policy:\n- enabled: true\n- no\nscan_execution_policy: {}\n' },
      { content: valid },
    ]);
    const errors = events![0]!.details.errors as { line: number }[];
    expect(errors.map(({ line }) => line)).toEqual([2, 3, 4]);
  });

  it('says so with every version that is invalid, and once that it is valid again', async () => {
    const events = await policies.pushAll([
      { content: 'approval_policy: 1' },
      { content: 'approval_policy: 2' },
      { content: valid },
      { content: `# again\n${valid}` },
    ]);
    expect(events.map((each) => each.map(lineOf))).toEqual([[INVALIDATED], [INVALIDATED], [RESTORED], []]);
  });

  it('that is valid again is compared with the last valid one', async () => {
    const [, events] = await policies.pushAll([
      { content: 'approval_policy:' },
      { content: policyFile(approval('Two eyes', { enabled: false }), approval('New')) },
    ]);
    expect(events!.map(lineOf)).toEqual(['create New', 'delete Secrets', 'update Two eyes', RESTORED]);
    expect(events![2]!.details.diff).toEqual([{ path: '/enabled', before: true, after: false }]);
  });

  it('that is removed while it is invalid deletes the policies that were in force', async () => {
    const [, events] = await policies.pushAll([{ content: '[' }, { content: null }]);
    expect(events!.map(lineOf)).toEqual(['delete New', 'delete Two eyes', RESTORED]);
  });

  it('may be invalid from the beginning', async () => {
    const events = await new PolicyProject(mesh, 43).pushAll([{ content: '' }, { content: valid }]);
    expect(events.map((each) => each.map(lineOf))).toEqual([
      ['yaml_invalidated acme/never-valid'],
      ['create Secrets', 'create Two eyes', 'yaml_restored acme/never-valid'],
    ]);
  });

  it('that is odd but readable is valid', async () => {
    const odd = `colour: red\n${policyFile(approval('Odd', { enabled: 'maybe', rules: 'all', unknown: 1 }))}`;
    const events = await policies.push(odd);
    expect(events.map(lineOf)).toEqual(['create Odd']);
    expect(events[0]!.details.warnings.length).toBeGreaterThan(2);
  });
});
