import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { eventually } from '@auditmesh/testing';
import { TestMesh } from './support/test-mesh.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/audit-events.md'), 'utf8');
/** Code blocks of the page by the file name that their first line gives. */
const examples = new Map(
  [...page.matchAll(/^```(?:ts|sh)\n(?:\/\/|#) ([\w-]+\.(?:ts|sh))[^\n]*\n[^]*?^```$/gm)].map(
    ([block, name]) => [name!, block.slice(block.indexOf('\n') + 1, -3)],
  ),
);

let mesh: TestMesh;
let consumer: ChildProcess | undefined;
const printed: string[] = [];

/** Puts the example where it is to be run. @returns its path */
const written = (name: string): string => mesh.write(name, examples.get(name)!);
const options = () => ({
  cwd: mesh.folder,
  env: { ...process.env, NODE_OPTIONS: '', ...mesh.environment },
});
const shell = async (name: string): Promise<unknown> =>
  JSON.parse((await run('sh', [written(name)], options())).stdout);

beforeAll(async () => {
  mesh = await TestMesh.start();
  symlinkSync(join(root, 'node_modules'), join(mesh.folder, 'node_modules'));
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
  mesh.write('policy.yml', 'approval_policy:\n- {name: Two eyes, enabled: true, rules: [], actions: []}\n');
  mesh.write('package.json', '{"type": "module"}');
});

afterAll(async () => {
  consumer?.kill();
  await mesh?.stop();
});

describe('the examples of docs/audit-events.md', () => {
  it('are all run here', () => {
    expect([...examples.keys()].toSorted()).toEqual(['consume.ts', 'post.sh', 'produce.ts', 'search.sh']);
  });

  it('push a policy file over Kafka, again without effect, and find its event', async () => {
    const produce = () => run(process.execPath, [written('produce.ts'), 'push-1'], options());
    await produce();
    await eventually(
      async () => expect(await mesh.events('scope=project:42&type=security_policy_*')).toHaveLength(1),
      60_000,
    );
    await produce();
    await mesh.cli('policies', 'push', '--removed', '--policy-project', '42', '--push-id', 'push-2');
    expect(await shell('search.sh')).toMatchObject({
      items: [
        { type: 'security_policy_delete' },
        {
          type: 'security_policy_create',
          target: { name: 'Two eyes' },
          actor: { name: 'Ann Lee' },
          source: 'my-platform',
          cause: { id: 'push-1' },
          consolidation: { affected_projects_count: 2, complete: true },
        },
      ],
    });
  });

  it('post an event, the same one when it is repeated', async () => {
    const first = await shell('post.sh');
    expect(first).toMatchObject({ id: expect.any(String), offset: expect.any(Number) });
    expect(await shell('post.sh')).toEqual(first);
    const [event] = await mesh.events('type=member_added');
    expect(event).toMatchObject({ scope: { path: 'acme/ledger' }, details: { role: 'maintainer' } });
  });

  it('read the topic with a Kafka client, each event once', async () => {
    consumer = spawn(process.execPath, [written('consume.ts')], {
      ...options(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: consumer.stdout! }).on('line', (line) => printed.push(line));
    const all = await mesh.events('');
    await eventually(async () => expect(printed.length).toBeGreaterThanOrEqual(all.length), 60_000);
    const events = printed.map((line) => JSON.parse(line) as { id: string; type: string; by: string });
    expect(events.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    expect(events.find(({ type }) => type === 'security_policy_create')).toMatchObject({
      by: 'Ann Lee',
      what: 'Two eyes',
    });
  });
});
