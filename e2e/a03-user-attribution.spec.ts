import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { topics, type PolicyFilePushed } from '@auditmesh/events';
import { PolicyRepository } from '@auditmesh/testing';
import { actor } from './support/actor.js';
import { report } from './support/enforcement-report.js';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh, type EventJson } from './support/test-mesh.js';

let mesh: TestMesh;
let policies: PolicyProject;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 43, path: 'acme/other-policies', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

const at = Date.UTC(2026, 0, 5, 9) * 1000;
const ann = { name: 'Ann Lee', email: 'ann@acme.example', at };
const ben = { name: 'Ben Okafor', email: 'ben@acme.example', at: at + 1_000_000 };
const annsAccount = actor({ id: '17', name: 'Ann Lee', email: 'ann@acme.example' });
const cleo = actor({
  id: '19',
  name: 'Cleo',
  email: 'cleo@acme.example',
  ip: '10.1.2.3',
  user_agent: 'git/2.51',
});

let version = 0;
/** The event of one more change. */
const changeBy = async (who: Partial<PolicyFilePushed>): Promise<EventJson> =>
  (await policies.push(policyFile(approval('Two eyes', { description: `version ${++version}` })), who))[0]!;

describe('a change of a policy', () => {
  it('is attributed to the author of the commit, and names committer and pusher, with where the push came from', async () => {
    const event = await changeBy({ author: ann, author_account: annsAccount, committer: ben, pusher: cleo });
    expect(event.actor).toEqual(annsAccount);
    expect(event.details.committer).toEqual({
      name: 'Ben Okafor',
      email: 'ben@acme.example',
      at: '2026-01-05T09:00:01.000000Z',
    });
    expect(event.details.pusher).toEqual(cleo);
  });

  it('has the address and the client of who pushed, where they are the author', async () => {
    const event = await changeBy({
      author: { ...ann, name: 'Cleo', email: 'Cleo@acme.example' },
      pusher: cleo,
    });
    expect(event.actor).toEqual(cleo);
  });

  it.each(['service_account', 'access_token', 'deploy_key'])('may be by a %s', async (type) => {
    const robot = actor({
      id: '900',
      type,
      name: `Robot ${type}`,
      email: 'robot@acme.example',
      ip: '10.9.9.9',
    });
    const event = await changeBy({
      author: { name: 'robot', email: 'robot@acme.example', at },
      pusher: robot,
    });
    expect([event.actor, event.details.pusher]).toEqual([robot, robot]);
    expect(await mesh.events(`actor=Robot ${type}`)).toMatchObject([{ id: event.id }]);
  });

  it('names who is deleted or unknown as the commit does, and is found by that', async () => {
    const event = await changeBy({ author: { name: 'Gone', email: 'gone@acme.example', at }, pusher: cleo });
    expect(event.actor).toEqual(actor({ name: 'Gone', email: 'gone@acme.example' }));
    for (const query of ['actor=gone@acme.example', 'actor=Gone'])
      expect(await mesh.events(query)).toMatchObject([{ id: event.id }]);
  });

  it('by nobody whom anybody knows is told all the same', async () => {
    const nobody = { name: '', email: '', at };
    const event = await changeBy({ author: nobody, committer: nobody, pusher: actor({}) });
    expect(event.type).toBe('security_policy_update');
    expect([event.actor, event.details.pusher]).toEqual([actor({}), actor({})]);
  });
});

describe('a push of several commits', () => {
  it('attributes each change to the author of its own commit', async () => {
    const contents = [
      policyFile(approval('Two eyes'), approval('Commits', { description: 'by Ann' })),
      policyFile(
        approval('Two eyes', { actions: [approvals(2)] }),
        approval('Commits', { description: 'by Ben' }),
      ),
      policyFile(approval('Two eyes', { actions: [approvals(2)] })),
    ];
    const authors = [ann, ben, { name: 'Gone', email: 'gone@acme.example', at }];
    const commits = contents.map((content, i) => ({
      sha: String(i + 1).repeat(40),
      author: authors[i]!,
      committer: authors[i]!,
      author_account: i === 0 ? annsAccount : null,
      content,
    }));
    const events = await policies.push(contents[2]!, { commits, commit_sha: commits[2]!.sha, pusher: cleo });
    const lines = events.map((e) => `${e.details.commit_sha[0]}: ${lineOf(e)} by ${e.actor.name}`);
    expect(lines.toSorted()).toEqual([
      '1: create Commits by Ann Lee',
      '1: update Two eyes by Ann Lee',
      '2: update Commits by Ben Okafor',
      '2: update Two eyes by Ben Okafor',
      '3: delete Commits by Gone',
    ]);
    for (const { details } of events) expect(details.pusher).toEqual(cleo);
  });
});

describe('other events of policies', () => {
  it('say who got around a policy, and by what, also when nobody knows', async () => {
    const token = actor({
      id: '55',
      type: 'access_token',
      name: 'deploy',
      ip: '10.4.4.4',
      user_agent: 'curl/8',
    });
    const bypass = (bypass_type: string, by: typeof token | null) => ({
      id: `${bypass_type} ${by?.id}`,
      value: report('bypassed', 'Scans', { bypass_type, actor: by }),
    });
    await mesh.produce(topics.policyEnforcements, '42', [
      bypass('access_token', token),
      bypass('user', null),
    ]);
    await mesh.settled();
    const [byToken] = await mesh.events('type=security_policy_access_token_push_bypass');
    const [unknown] = await mesh.events('type=security_policy_user_push_bypass');
    expect([byToken!.actor, unknown!.actor]).toEqual([token, actor({})]);
  });

  it('say who linked a policy project', async () => {
    const [event] = await mesh.events('type=policy_project_updated');
    expect(event!.actor).toMatchObject({
      type: expect.stringMatching(/user|service_account|access_token|system/),
    });
    expect(event!.actor.id ?? event!.actor.name).not.toBeNull();
  });
});

describe('the import of a repository', () => {
  it('attributes each commit to its author, of whom no account is known', async () => {
    const repository = new PolicyRepository(join(mesh.folder, 'policies'));
    repository.commit('Ann Lee', policyFile(approval('Two eyes')));
    repository.commit('Ben Okafor', policyFile(approval('Two eyes', { actions: [approvals(2)] })));
    await mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '43');
    expect(await mesh.events('scope=project:43')).toMatchObject([
      { actor: actor({ name: 'Ann Lee', email: 'ann.lee@acme.example' }), details: { pusher: null } },
      { actor: actor({ name: 'Ben Okafor', email: 'ben.okafor@acme.example' }), details: { pusher: null } },
    ]);
  });
});
