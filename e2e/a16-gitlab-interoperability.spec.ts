import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventJson } from '@auditmesh/events';
import { gitLabEvent } from '@auditmesh/gitlab';
import { eventually } from '@auditmesh/testing';
import { TestMesh } from './support/test-mesh.js';

const token = 'kTkxOGVjZjJhOWU0NTdi';
let types: string;
let mesh: TestMesh;

/** A type file as GitLab's tree has them: its older keys and a dash where nobody knew the value included. */
const typeFile = (name: string, saved: boolean, more = '') =>
  writeFileSync(
    join(types, `${name}.yml`),
    `---
name: ${name}
description: Triggered when something of ${name} happens
introduced_by_issue: https://gitlab.example/issues/1
introduced_by_mr: -
feature_category: wiki
group: group::knowledge
milestone: '15.2'
saved_to_database: ${saved}
streamed: true
scope: [Project, Group]
${more}`,
  );

beforeAll(async () => {
  types = mkdtempSync(join(tmpdir(), 'auditmesh-gitlab-types-'));
  typeFile('wiki_page_created', true);
  typeFile(
    'merge_request_merged',
    true,
    'compliance_controls: [minimum_approvals_required_1, known_to_nobody]\n',
  );
  typeFile('secret_read', false);
  mesh = await TestMesh.start({
    CATALOG_FOLDER: types,
    GITLAB_STREAMING_TOKEN: token,
    GITLAB_INSTANCE: 'gitlab.example',
  });
  const directory = mesh.write(
    'directory.yml',
    `namespaces: [{id: 1, path: acme}]
projects:
  - {id: 42, path: acme/security-policies, namespace: 1}
  - {id: 70, path: acme/ledger, namespace: 1}
policy_links: [{policy_project: 42, project: 70}]
`,
  );
  await mesh.cli('directory', 'import', directory);
});

afterAll(async () => {
  await mesh?.stop();
  rmSync(types, { recursive: true });
});

/** Delivers as GitLab does: JSON under the content type of a form, with a token of its own. */
async function deliver(payload: object) {
  const response = await fetch(`${mesh.mesh.url('api')}/api/v1/intake/gitlab`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-gitlab-event-streaming-token': token,
    },
    body: JSON.stringify(payload),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  return { status: response.status, body: (await response.json()) as any };
}
const find = (query: string, count = 1) =>
  eventually(async () => {
    const found = (await mesh.events(query)) as unknown as EventJson[];
    expect(found).toHaveLength(count);
    return found;
  });

const common = {
  author_id: 17,
  author_name: 'Ann Lee',
  entity_id: 70,
  entity_path: 'acme/ledger',
  entity_type: 'Project',
  ip_address: '10.1.2.3',
  target_id: 8,
  target_type: 'MergeRequest',
  target_details: 'Round amounts',
  created_at: '2026-02-23T06:21:05.283Z',
};
const details = { ...common, author_class: 'User', author_id: undefined, created_at: undefined };
const payloads = {
  merged: {
    ...common,
    id: '1856',
    event_type: 'merge_request_merged',
    details: {
      ...details,
      event_name: 'merge_request_merged',
      custom_message: 'Merged Round amounts',
      approvers: ['ben'],
      required_approvals: 2,
      approving_author: false,
    },
  },
  wiki: {
    ...common,
    id: '1f0f7f0a-9a41-4b0d-8a0e-2f9a1a5a5f10',
    event_type: 'wiki_page_created',
    target_type: 'WikiPage',
    target_id: null,
    target_details: 'Runbook',
    details: { event_name: 'wiki_page_created', custom_message: { action: 'create', slug: 'runbook' } },
  },
  gone: {
    ...common,
    id: '1857',
    author_id: -4,
    author_name: 'Unknown User',
    entity_id: 1,
    entity_path: 'gitlab_instance',
    entity_type: 'Gitlab::Audit::InstanceScope',
    event_type: 'secret_read',
    details: { author_class: 'Gitlab::Audit::DeletedAuthor', custom_message: 'Read a secret' },
  },
};

describe('type files of GitLab', () => {
  it('load as they are, beside ours', async () => {
    expect(await mesh.cli('catalog', 'check', types)).toMatchObject({
      files: 3,
      problems: [],
      also_ours: ['merge_request_merged', 'secret_read'],
    });
  });

  it('are what a producer without Kafka may send, too', async () => {
    const post = (type: string) =>
      mesh.call<{ errors?: { parameter: string }[] }>(
        'POST',
        '/api/v1/audit-events?wait=projected',
        {
          type,
          actor: { type: 'user', id: '17' },
          scope: { type: 'project', id: '70' },
          target: { type: 'wiki_page', name: 'Runbook' },
          message: 'Created by a producer',
        },
        { 'idempotency-key': `producer-${type}` },
      );
    expect((await post('wiki_page_created')).status).toBe(202);
    await find('type=wiki_page_created&q=producer');
    expect(await post('wiki_page_burnt')).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'type' }] },
    });
  });

  it('are refused where they contradict themselves, with the place', async () => {
    const bad = mkdtempSync(join(tmpdir(), 'auditmesh-gitlab-types-'));
    writeFileSync(
      join(bad, 'bad.yml'),
      'name: good\nsaved_to_database: true\nstreamed: true\nscope: [Project]\n',
    );
    await expect(mesh.cli('catalog', 'check', bad)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"file":"bad.yml","line":1'),
    });
    rmSync(bad, { recursive: true });
  });
});

describe('events that GitLab streams', () => {
  it('are found, in their place, and give back the payload they came as', async () => {
    for (const payload of Object.values(payloads)) expect((await deliver(payload)).status).toBe(202);
    const [merged] = await find('type=merge_request_merged&scope=acme/ledger&actor=17');
    const [wiki] = await find('type=wiki_page_created&actor=Ann Lee');
    const [gone] = await find('type=secret_read&category=secret_access&scope=instance:');
    expect(merged).toMatchObject({
      scope: { root_namespace_id: '1' },
      target: { type: 'merge_request', id: '8' },
    });
    expect(wiki).toMatchObject({ category: 'activity', source: 'gitlab/gitlab.example' });
    expect(gone).toMatchObject({ actor: { id: null }, scope: { type: 'instance' } });
    const asSent = (payload: object) => JSON.parse(JSON.stringify(payload));
    expect(gitLabEvent(merged!)).toMatchObject(asSent(payloads.merged));
    expect(gitLabEvent(wiki!)).toMatchObject(asSent(payloads.wiki));
    expect(gitLabEvent(gone!)).toMatchObject(asSent(payloads.gone));
  });

  it('are one event however often they are delivered', async () => {
    const [first, second] = [await deliver(payloads.merged), await deliver(payloads.merged)];
    expect(second.body).toEqual(first.body);
    await find('type=merge_request_merged');
  });

  it('of a type that nobody has defined are refused by name', async () => {
    const { status, body } = await deliver({ ...payloads.wiki, event_type: 'wiki_page_burnt' });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errors: [{ parameter: 'event_type', detail: expect.stringContaining('wiki_page_burnt') }],
    });
  });
});

describe('a policy change of ours', () => {
  it('has the payload that consumers of GitLab read', async () => {
    const policy = mesh.write(
      'policy.yml',
      'approval_policy:\n- name: Two eyes\n  enabled: true\n  rules: [{type: any_merge_request, branch_type: protected, commits: any}]\n  actions: [{type: require_approval, approvals_required: 1, role_approvers: [maintainer]}]\n',
    );
    await mesh.cli('policies', 'push', '--file', policy, '--policy-project', '42');
    const [event] = await find('type=security_policy_create');
    expect(gitLabEvent(event!)).toMatchObject({
      id: event!.id,
      author_name: event!.actor.name,
      entity_id: 42,
      entity_type: 'Project',
      entity_path: 'acme/security-policies',
      event_type: 'security_policy_create',
      target_type: 'Security::Policy',
      target_details: 'Two eyes',
      details: {
        event_name: 'security_policy_create',
        policy_name: 'Two eyes',
        policy_type: 'approval_policy',
        security_policy_project_commit_sha: expect.any(String),
        custom_message: 'Created security policy with the name: "Two eyes"',
        auditmesh: { consolidation: { affected_projects_count: 1 } },
      },
    });
  });
});
