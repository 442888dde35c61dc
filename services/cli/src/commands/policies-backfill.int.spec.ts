import { beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import { RecordProducer, type OpenTopics } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import { pushTopics } from '../mesh/policy-pushes.js';

const main = join(import.meta.dirname, '../../dist/main.js');
let kafka: TestKafka;
let open: OpenTopics;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(pushTopics);
});

/** Pushes of the policy project 42 that were held back, and whose records have expired. */
async function heldBack(...pushIds: string[]): Promise<void> {
  const producer = new RecordProducer(kafka.client, open);
  await producer.connect();
  const others = { policy_project_id: 42, file: null, fanout: null, skipped: null };
  await producer.send(
    topics.policyStates,
    pushIds.map((push_id) => ({
      key: `42/push/${push_id}`,
      value: { ...others, push: { push_id, events: 2, skipped: true } },
    })),
  );
  await producer.disconnect();
}

/** Runs `auditmesh policies backfill …`. */
function backfill(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'policies', 'backfill', ...args], {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...kafka.environment },
  });
  return { status, stdout, stderr };
}

describe('auditmesh policies backfill', () => {
  it('lists by push id what has expired, with what to do, and exits with 1', async () => {
    await heldBack('git:abc', 'hook-7');
    const { status, stdout, stderr } = backfill();
    expect(stdout.split('\n')).toEqual([
      'policy project 42, push git:abc has expired: import its repository again with `auditmesh policies import --repo PATH --policy-project 42`.',
      'policy project 42, push hook-7 has expired: let its producer send it again, with the same push_id and cause.',
      '2 pushes were held back; 0 of them gave 0 audit events.',
      '',
    ]);
    expect([status, stderr]).toEqual([1, 'The records of 2 pushes have expired.\n']);
  });

  it('only tells with --dry-run, and exits with 0', async () => {
    await heldBack('hook-7');
    const { status, stdout } = backfill('--dry-run', '--json', '--policy-project', '42');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      held_back: 1,
      pushes: [],
      expired: [{ policy_project_id: 42, push_id: 'hook-7', events: 2 }],
    });
    expect(JSON.parse(backfill('--json', '--policy-project', '43').stdout)).toMatchObject({ held_back: 0 });
  });
});
