import { policyLimits, type Site } from '@auditmesh/policies';
import { describe, expect, it } from '@jest/globals';
import type { PolicyFilePushed } from '@auditmesh/events';
import type { Cause } from './push-events.js';
import { planOfPush } from './push-plan.js';
import { changesOfPush } from './push.js';

const at = 1_795_000_000_000_000;
const ann = { name: 'Ann Lee', email: 'ann@example.com', at };
const site: Site = {
  scope: { type: 'project', id: '42', path: 'acme/security-policies', root_namespace_id: '1' },
  log: '1.0',
  unresolved: false,
  warnings: [],
};
const push = (change: Partial<PolicyFilePushed> = {}): PolicyFilePushed => ({
  push_id: 'p1',
  policy_project_id: 42,
  file_path: '.gitlab/security-policies/policy.yml',
  content: null,
  commit_sha: 'a'.repeat(40),
  author: ann,
  committer: { ...ann, name: 'Web' },
  pusher: null,
  occurred_at: at,
  imported: false,
  author_account: null,
  merge_request: null,
  commits: [],
  ...change,
});
const cause = (p: PolicyFilePushed): Cause => ({
  push: p,
  source: 'test',
  id: p.push_id,
  topic: 'policy.pushes.v1',
  traceId: null,
});

const limits = policyLimits('');

/** Events of a push of `after` where `before` is in force. */
function events(before: string | null, after: string | null, change: Partial<PolicyFilePushed> = {}) {
  const state = before === null ? undefined : changesOfPush(undefined, { content: before }).state;
  const p = push({ content: after, ...change });
  const affected = () => ({ projects: [70, 80], warnings: ['odd'] });
  return planOfPush(state, cause(p), site, limits, affected).events;
}

const file = (approvals: number, name = 'Two eyes') =>
  `approval_policy:\n- name: ${name}\n  enabled: true\n  actions:\n  - {type: require_approval, approvals_required: ${approvals}}\n`;

describe('eventsOfPush', () => {
  it('tells of an update which policy, who, where, and which field', () => {
    const [{ event, key, projects } = { event: undefined, key: '', projects: [] }] = events(file(1), file(2));
    expect(projects).toEqual([70, 80]);
    expect(key).toBe('42/p1/update/approval_policy/Two eyes');
    expect(event).toMatchObject({
      type: 'security_policy_update',
      category: 'policy_change',
      occurred_at: at,
      actor: { type: 'user', name: 'Ann Lee', email: 'ann@example.com' },
      scope: site.scope,
      target: { type: 'security_policy', id: 'approval_policy/Two eyes', name: 'Two eyes' },
      message: 'Updated security policy with the name: "Two eyes"',
      policy_change: {
        policy_type: 'approval_policy',
        commit_sha: 'a'.repeat(40),
        committer: { name: 'Web' },
        diff: [{ path: '/actions/0/approvals_required', before: '1', after: '2' }],
      },
    });
    expect(event!.policy_change!.warnings).toContain('odd');
  });

  it('names the person who pushed with all that is known of them, where they are the author', () => {
    const pusher = {
      id: '17',
      type: 'user',
      name: 'Ann L.',
      email: 'ANN@example.com',
      ip: '10.0.0.1',
      user_agent: null,
    };
    expect(events(null, file(1), { pusher })[0]!.event.actor).toEqual(pusher);
    expect(
      events(null, file(1), { pusher: { ...pusher, email: 'bot@example.com' } })[0]!.event.actor.name,
    ).toBe('Ann Lee');
  });

  it('knows nothing of an author whom the commit does not name', () => {
    const { actor } = events(null, file(1), { author: { ...ann, name: '', email: '' } })[0]!.event;
    expect(actor).toMatchObject({ id: null, type: 'user', name: null, email: null });
  });

  it('makes a rename a delete and a create that name each other', () => {
    const [created, deleted] = events(file(1), file(1, 'Four eyes')).map(({ event }) => event);
    expect([created!.type, deleted!.type]).toEqual(['security_policy_create', 'security_policy_delete']);
    expect([created!.policy_change!.renamed_from, deleted!.policy_change!.renamed_to]).toEqual([
      'Two eyes',
      'Four eyes',
    ]);
  });

  it('says with line and column why a file became invalid', () => {
    const [{ event } = { event: undefined }] = events(file(1), 'approval_policy: [\n');
    expect(event).toMatchObject({ type: 'security_policy_yaml_invalidated', policy_change: null });
    expect(event!.policy_file!.errors[0]).toMatchObject({
      line: expect.any(Number),
      column: expect.any(Number),
    });
  });

  it('gives the same ids for the same cause, and others for another push', () => {
    const ids = (change: Partial<PolicyFilePushed>) =>
      events(null, file(1), change).map(({ event }) => event.id);
    expect(ids({})).toEqual(ids({}));
    expect(ids({ push_id: 'p2' })).not.toEqual(ids({}));
  });

  it('carries a long value beside the event', () => {
    const description = 'x'.repeat(100_000);
    const [{ event } = { event: undefined }] = events(file(1), `${file(1)}  description: ${description}\n`);
    const [change] = event!.policy_change!.diff;
    expect(JSON.parse(change!.after!)).toMatchObject({ size: 100_002, sha256: event!.contents[0]!.sha256 });
    expect(event!.contents[0]!.text).toBe(JSON.stringify(description));
  });

  it('says where in the file a warning is', () => {
    const odd = file(1).replace('enabled: true', 'enabled: true\n  colour: red');
    const [{ event } = { event: undefined }] = events(file(1), odd);
    expect(event!.policy_change!.warnings).toContainEqual(
      expect.stringMatching(/colour.*\(line 4, column 3\)$/),
    );
  });

  it('stays within the limit of an event, whatever is odd about the file and however long the texts are', () => {
    const wide = '𝄞'.repeat(240);
    const fields = Array.from({ length: 30 }, (_, i) => `  ${wide}${i}: 1\n`).join('');
    const who = { id: wide, type: 'user', name: wide, email: wide, ip: wide, user_agent: wide };
    const author = { name: wide, email: wide, at };
    const [{ event } = { event: undefined }] = events(file(1), file(2) + fields, {
      author,
      committer: author,
      pusher: who,
      author_account: who,
    });
    expect(Buffer.byteLength(JSON.stringify({ ...event, contents: [] }))).toBeLessThan(60_000);
    const [broken] = events(
      file(1),
      Array.from({ length: 60 }, () => `approval_policy: [{a: ${wide}`).join('\n'),
    );
    expect(Buffer.byteLength(JSON.stringify(broken))).toBeLessThan(60_000);
  });

  it('stays within the limit of an event, however much changed', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `  field_${i}: "${'v'.repeat(50)}"\n`).join('');
    const [{ event } = { event: undefined }] = events(file(1), file(1, '"' + 'n'.repeat(9_000) + '"') + many);
    expect(JSON.stringify({ ...event, contents: [] }).length).toBeLessThan(60_000);
  });
});
