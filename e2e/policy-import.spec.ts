import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { eventually, PolicyRepository } from '@auditmesh/testing';
import { TestMesh, type EventJson } from './support/test-mesh.js';

const PROJECTS = 1_000;
let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start();
  const projects = Array.from(
    { length: PROJECTS },
    (_, i) => `  - {id: ${1_000 + i}, path: acme/apps/p${i}, namespace: 2}`,
  );
  const file = mesh.write(
    'directory.yml',
    `namespaces:
  - {id: 1, path: acme}
  - {id: 2, path: acme/apps, parent: 1}
projects:
  - {id: 42, path: acme/security-policies, namespace: 1}
  - {id: 43, path: acme/other-policies, namespace: 1}
${projects.join('\n')}
policy_links:
  - {policy_project: 42, namespace: 2}
  - {policy_project: 43, project: 1000}
`,
  );
  expect(await mesh.cli('directory', 'import', file)).toMatchObject({ changed: PROJECTS + 6, unchanged: 0 });
});

afterAll(async () => {
  await mesh?.stop();
});

const policy = (name: string, approvals = 1, more = '') =>
  `- name: ${name}
  enabled: true
  rules: [{type: any_merge_request, branch_type: protected, commits: any}]
  actions: [{type: require_approval, approvals_required: ${approvals}, role_approvers: [maintainer]}]
${more}`;
const file = (...policies: string[]) => `approval_policy:\n${policies.join('')}`;
const line = ({ type, target, actor }: EventJson) =>
  `${type.replace('security_policy_', '')} ${target.name} by ${actor.name}`;

describe('the import of a policy repository', () => {
  const commits: string[] = [];
  let repository: PolicyRepository;

  beforeAll(() => {
    repository = new PolicyRepository(join(mesh.folder, 'policies'));
    commits.push(repository.commit('Ann Lee', file(policy('Two eyes'))));
    commits.push(
      repository.commit(
        'Ben Okafor',
        file(
          policy('Two eyes', 2),
          policy('Scoped', 1, '  policy_scope: {projects: {including: [{id: 1007}, {id: 1008}]}}\n'),
        ),
      ),
    );
    repository.commit('Ben Okafor', null, 'README.md', 'not about policies');
    repository.branch('rename');
    repository.commit(
      'Cleo Marin',
      file(
        policy('Four eyes', 2),
        policy('Scoped', 1, '  policy_scope: {projects: {including: [{id: 1007}, {id: 1008}]}}\n'),
      ),
    );
    repository.checkout('main');
    commits.push(repository.merge('Dan Roth', 'rename'));
    commits.push(repository.commit('Eve Sato', 'approval_policy:\n- name: Two\n   eyes: [\n'));
    commits.push(
      repository.commit(
        'Eve Sato',
        `# only a comment and another order\n${file(policy('Scoped', 1, '  policy_scope: {projects: {including: [{id: 1007}, {id: 1008}]}}\n'), policy('Four eyes', 2))}`,
      ),
    );
    commits.push(repository.commit('Ann Lee', null));
  });

  const importAgain = () =>
    mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '42');
  const events = () => mesh.events('scope=project:42');

  it('gives, for each commit, exactly one event per policy that changed, with its author, commit, kind and diff', async () => {
    expect(await importAgain()).toMatchObject({ commits: 6, known: 0, pushed: 6, searchable: true });
    const all = await events();
    const byCommit = commits.map((sha) =>
      all
        .filter((e) => e.details.commit_sha === sha)
        .map(line)
        .toSorted(),
    );
    expect(byCommit).toEqual([
      ['create Two eyes by Ann Lee'],
      ['create Scoped by Ben Okafor', 'update Two eyes by Ben Okafor'],
      ['create Four eyes by Dan Roth', 'delete Two eyes by Dan Roth'],
      ['yaml_invalidated acme/security-policies by Eve Sato'],
      ['yaml_restored acme/security-policies by Eve Sato'],
      ['delete Four eyes by Ann Lee', 'delete Scoped by Ann Lee'],
    ]);
    expect(all).toHaveLength(9);
    const update = all.find((e) => e.type === 'security_policy_update')!;
    expect(update.details.diff).toEqual([{ path: '/actions/0/approvals_required', before: 1, after: 2 }]);
    expect(update.actor.email).toBe('ben.okafor@acme.example');
    expect(update.occurred_at).toBe('2021-01-04T00:00:00.000000Z');
  });

  it('says how many projects a change affects, in one event', async () => {
    const created = (await events()).filter((e) => e.type === 'security_policy_create');
    expect(
      created
        .map((e) => [e.target.name, e.consolidation.affected_projects_count, e.consolidation.complete])
        .toSorted(),
    ).toEqual([
      ['Four eyes', PROJECTS, true],
      ['Scoped', 2, true],
      ['Two eyes', PROJECTS, true],
    ]);
    const scoped = created.find((e) => e.target.name === 'Scoped')!;
    expect(scoped.consolidation.affected_projects_sample).toEqual(['1007', '1008']);
  });

  it('tells with line and column why a file is invalid', async () => {
    const [invalid] = (await events()).filter((e) => e.type === 'security_policy_yaml_invalidated');
    expect(invalid!.details.errors[0]).toMatchObject({
      line: 2,
      column: expect.any(Number),
      message: expect.any(String),
    });
  });

  it('makes a rename a delete and a create that name each other', async () => {
    const renamed = (await events()).filter((e) => e.details.commit_sha === commits[2]);
    expect(renamed.map((e) => [e.details.renamed_from, e.details.renamed_to]).toSorted()).toEqual(
      [
        ['Two eyes', null],
        [null, 'Four eyes'],
      ].toSorted(),
    );
  });

  it('changes nothing when it is repeated', async () => {
    const before = await events();
    expect(await importAgain()).toMatchObject({ commits: 6, known: 6, pushed: 0, events: 0 });
    expect(await events()).toEqual(before);
  });

  it('is found by every filter of the search', async () => {
    const names = async (query: string) =>
      (await mesh.events(`${query}&to=2021-02-01`)).map((e) => e.target.name);
    expect(await names('type=security_policy_update')).toEqual(['Two eyes']);
    expect(await names('category=policy_change&actor=eve.sato@acme.example')).toHaveLength(2);
    expect(await names('target=Scoped&from=2021-01-05')).toEqual(['Scoped']);
    expect(await names('q=updated two eyes')).toEqual(['Two eyes']);
    expect(await names('scope=acme/security-policies')).toHaveLength(9);
  });
});

describe('an import that is cut off', () => {
  it('loses nothing and doubles nothing, though every service is killed again and again', async () => {
    const repository = new PolicyRepository(join(mesh.folder, 'long'));
    const count = 120;
    for (let i = 0; i < count; i++)
      repository.commit('Ann Lee', file(policy('Counter', 1 + (i % 50), `  description: version ${i}\n`)));
    const services = ['policy-sync', 'consolidator', 'projector'];
    const importing = mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '43');
    for (let round = 0; round < 3; round++) {
      await eventually(async () =>
        expect((await mesh.events('scope=project:43')).length).toBeGreaterThan(round * 10),
      );
      for (const name of services) {
        await mesh.mesh.process(name).kill('SIGKILL');
        await eventually(() => expect(mesh.mesh.process(name).pid).toBeDefined());
      }
    }
    await importing;
    await eventually(async () => expect(await mesh.events('scope=project:43')).toHaveLength(count), 90_000);
    const all = await mesh.events('scope=project:43');
    expect(new Set(all.map((e) => e.details.commit_sha)).size).toBe(count);
    expect(all.filter((e) => e.type === 'security_policy_create')).toHaveLength(1);
    expect(all.every((e) => e.consolidation.complete && e.consolidation.affected_projects_count === 1)).toBe(
      true,
    );
    const descriptions = all
      .slice(1)
      .map((e) => e.details.diff.find((d: { path: string }) => d.path === '/description').after);
    expect(descriptions).toEqual(Array.from({ length: count - 1 }, (_, i) => `version ${i + 1}`));
  });
});

describe('POST /api/v1/audit-events', () => {
  it('takes an event once and shows it', async () => {
    const event = {
      type: 'member_added',
      actor: { type: 'user', id: '1', name: 'Ann Lee' },
      scope: { type: 'project', id: '42' },
      target: { type: 'user', id: '2', name: 'Ben' },
      message: 'Added Ben',
    };
    const post = () =>
      mesh.call<{ id: string }>('POST', '/api/v1/audit-events?wait=projected', event, {
        'idempotency-key': 'e2e-1',
      });
    const [first, again] = [await post(), await post()];
    expect([first.status, again.body.id]).toEqual([202, first.body.id]);
    const { body } = await mesh.call<EventJson>('GET', `/api/v1/audit-events/${first.body.id}`);
    expect(body).toMatchObject({
      message: 'Added Ben',
      scope: { path: 'acme/security-policies', root_namespace_id: '1' },
    });
  });
});
