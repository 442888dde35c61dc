import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PolicyFilePushed } from '@auditmesh/events';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import { PolicyPushes } from '../mesh/policy-pushes.js';
import { MERGE_REQUEST_EVENTS, tellMergeRequest } from './demo-merge-request.js';
import { readDocument } from './directory-import.js';
import { POLICY_FILE } from './policies-import.js';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../demo');
const POLICY_PROJECT = 42;

/** Four days in the life of a policy file: created, changed, broken, and mended under another name. */
const story = [
  { day: 16, name: 'Ann Lee', email: 'ann@acme.example', id: '17', ip: '198.51.100.7' },
  { day: 17, name: 'Ben Okafor', email: 'ben@acme.example', id: '18', ip: '198.51.100.8' },
  { day: 18, name: 'Cleo Marin', email: 'cleo@acme.example', id: '19', ip: '203.0.113.20' },
  { day: 19, name: 'Ann Lee', email: 'ann@acme.example', id: '17', ip: '198.51.100.7' },
];

export const demo = (program: Command, context: CommandContext): Command =>
  program
    .command('demo')
    .summary('load a small demo')
    .description(
      'A directory, a policy file that changes over four days, a merge request that breaks it, and some activity. Repeating it changes nothing.',
    )
    .addHelpText('after', '\nExample:\n  auditmesh demo')
    .action(() => context.run((output) => loadDemo(output, context)));

async function loadDemo(output: CommandContext['output'], context: CommandContext): Promise<void> {
  const mesh = context.mesh();
  const api = new ApiClient(mesh);
  await api.call('PUT', '/api/v1/directory?wait=projected', readDocument(join(FOLDER, 'directory.yml')));
  const pushes = await PolicyPushes.open(mesh, POLICY_PROJECT);
  try {
    const fresh = story.map((_, i) => pushOf(i)).filter(({ push_id }) => !pushes.isEmitted(push_id));
    await pushes.send(fresh, 'auditmesh-demo');
    const { events } = await pushes.untilApplied(
      fresh.map(({ push_id }) => push_id),
      () => undefined,
    );
    await post(api);
    await tellMergeRequest(mesh);
    const searchable = await pushes.untilSearchable();
    output.say(
      `The demo gave ${events} events about policies, ${MERGE_REQUEST_EVENTS} about a merge request, and one about a member.`,
    );
    output.result({ events: events + MERGE_REQUEST_EVENTS + 1, searchable });
  } finally {
    await pushes.close();
  }
}

function pushOf(i: number): PolicyFilePushed {
  const { day, name, email, id, ip } = story[i]!;
  const at = Date.UTC(2026, 10, day, 9, 30) * 1000;
  const content = readFileSync(join(FOLDER, `policy-${i + 1}.yml`), 'utf8');
  return {
    push_id: `demo:${i + 1}`,
    policy_project_id: POLICY_PROJECT,
    file_path: POLICY_FILE,
    content,
    commit_sha: hash('sha1', content, 'hex'),
    author: { name, email, at },
    committer: { name, email, at },
    pusher: { id, type: 'user', name, email, ip, user_agent: null },
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
}

const post = (api: ApiClient): Promise<unknown> =>
  api.call(
    'POST',
    '/api/v1/audit-events',
    {
      type: 'member_added',
      occurred_at: '2026-11-19T14:05:00Z',
      actor: { type: 'user', id: '17', name: 'Ann Lee', email: 'ann@acme.example', ip: '198.51.100.7' },
      scope: { type: 'project', id: '70' },
      target: { type: 'user', id: '18', name: 'Ben Okafor' },
      message: 'Added Ben Okafor as maintainer',
      details: { role: 'maintainer' },
    },
    { 'idempotency-key': 'demo:member' },
  );
