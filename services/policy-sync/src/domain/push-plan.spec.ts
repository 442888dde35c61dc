import { policyLimits } from '@auditmesh/policies';
import { describe, expect, it } from '@jest/globals';
import { idsOfList, type Actor, type PolicyFilePushed } from '@auditmesh/events';
import { planOfPush } from './push-plan.js';
import { changesOfPush } from './push.js';

const at = 1_795_000_000_000_000;
const signature = (name: string) => ({ name, email: `${name.toLowerCase()}@example.com`, at });
const account = (id: string, type = 'user'): Actor => ({
  id,
  type,
  name: `Account ${id}`,
  email: null,
  ip: null,
  user_agent: null,
});
const file = (...approvals: number[]) =>
  `approval_policy:\n${approvals.map((n, i) => `- {name: P${i}, enabled: true, actions: [{type: require_approval, approvals_required: ${n}}]}\n`).join('')}`;

/** The events of a push on top of a file with two policies. */
function eventsOf(change: Partial<PolicyFilePushed>, limits = '') {
  const push: PolicyFilePushed = {
    push_id: 'p1',
    policy_project_id: 42,
    file_path: '.gitlab/security-policies/policy.yml',
    content: file(1, 1),
    commit_sha: 'c',
    author: signature('Ann'),
    committer: signature('Web'),
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
    ...change,
  };
  const site = {
    scope: { type: 'project', id: '42', path: 'acme/policies', root_namespace_id: '1' },
    log: '1.0',
    unresolved: false,
    warnings: [],
  };
  const { state } = changesOfPush(undefined, { content: file(1, 1) });
  const cause = { push, source: 'test', id: 'p1', topic: 't', traceId: null };
  const affected = () => ({ projects: [7, 8, 9, 20], warnings: [] });
  return planOfPush(state, cause, site, policyLimits(limits), affected).events;
}

describe('the plan of a push', () => {
  it('attributes each of several commits to its own author where the file differs between them', () => {
    const commit = (sha: string, name: string, content: string | null) => ({
      sha,
      author: signature(name),
      committer: signature(name),
      author_account: name === 'Bob' ? account('99') : null,
      content,
    });
    const events = eventsOf({
      content: file(2, 3),
      commits: [
        commit('a1', 'Ann', file(2, 1)),
        commit('a2', 'Cid', `# only a comment\n${file(2, 1)}`),
        commit('b1', 'Bob', file(2, 3)),
      ],
    }).map(({ event }) => event);
    expect(
      events.map(({ actor, target, policy_change }) => [actor.name, target.name, policy_change!.commit_sha]),
    ).toEqual([
      ['Ann', 'P0', 'a1'],
      ['Account 99', 'P1', 'b1'],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('names the account of the author, whatever its kind, and the person of the commit without one', () => {
    const actorOf = (change: Partial<PolicyFilePushed>) =>
      eventsOf({ content: file(2, 1), ...change })[0]!.event.actor;
    expect(actorOf({ author_account: account('5', 'service_account') })).toMatchObject({
      id: '5',
      type: 'service_account',
    });
    expect(actorOf({ pusher: { ...account('6', 'access_token'), email: 'ANN@example.com' } })).toMatchObject({
      id: '6',
      type: 'access_token',
    });
    expect(actorOf({ pusher: account('7') })).toMatchObject({ id: null, type: 'user', name: 'Ann' });
  });

  it('keeps who pushed, who committed and the merge request beside the author', () => {
    const merge_request = {
      project_id: 42,
      iid: 3,
      id: null,
      title: 'Two eyes',
      source_branch: 'x',
      target_branch: 'main',
    };
    const [{ event } = { event: undefined }] = eventsOf({
      content: file(2, 1),
      pusher: account('7'),
      merge_request,
    });
    expect(event!.policy_change).toMatchObject({
      committer: { name: 'Web' },
      pusher: { id: '7' },
      merge_request: { iid: 3 },
    });
  });

  it('names all affected projects in a content beside the event', () => {
    const [{ event } = { event: undefined }] = eventsOf({ content: file(2, 1) });
    const list = event!.contents.find(({ sha256 }) => sha256 === event!.consolidation!.affected_projects);
    expect([...idsOfList(list!.text)]).toEqual([7, 8, 9, 20]);
  });

  it('tells once per change which policies are applied and which are skipped', () => {
    const content = file(1, 1, 1, 1);
    const events = eventsOf({ content }, 'approval_policy=3');
    const [limit] = events.filter(({ event }) => event.type === 'security_policy_limit_exceeded');
    expect(limit!.event.policy_limit).toMatchObject({
      limit: 3,
      policies_count: 4,
      active_policies: ['P0', 'P1', 'P2'],
      skipped_policies: ['P3'],
    });
    expect(limit!.event.message).toBe(
      "Policies limit exceeded for 'approval_policy' type. Only the first 3 enabled policies are applied",
    );
    expect(limit!.key).toBeNull();
  });
});
