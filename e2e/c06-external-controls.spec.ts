import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { topics } from '@auditmesh/events';
import { KafkaClient, OpenTopics, readPartition } from '@auditmesh/kafka';
import { SchemaRegistry } from '@auditmesh/avro';
import { eventually } from '@auditmesh/testing';
import { TestMesh } from './support/test-mesh.js';

const secret = 'a-secret-of-the-change-board';
const BOARD = 312;
const SILENT = 313;

let mesh: TestMesh;
let board: Server;
let asked: string[];

/** A change board that knows the secret and the documentation: it looks who asks, and lets the ledger pass. */
function changeBoard(): Server {
  return createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const isTheMesh =
        request.headers['x-gitlab-signature'] === createHmac('sha256', secret).update(body).digest('hex');
      response.writeHead(isTheMesh ? 202 : 401).end();
      const { callback_url, project } = JSON.parse(body) as {
        callback_url: string;
        project: { path: string };
      };
      asked.push(project.path);
      if (isTheMesh && request.url === '/check') void answer(callback_url, 'pass');
    });
  });
}

async function answer(url: string, status: string): Promise<void> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = randomBytes(16).toString('hex');
  const signed = `${timestamp}${nonce}${new URL(url).pathname}status=${status}`;
  await fetch(url, {
    method: 'PATCH',
    headers: {
      'content-type': 'application/json',
      'x-gitlab-timestamp': timestamp,
      'x-gitlab-nonce': nonce,
      'x-gitlab-hmac-sha256': createHmac('sha256', secret).update(signed).digest('hex'),
    },
    body: JSON.stringify({ status }),
  });
}

beforeAll(async () => {
  asked = [];
  board = changeBoard();
  await new Promise<void>((resolve) => board.listen(0, '127.0.0.1', resolve));
  mesh = await TestMesh.start({ EXTERNAL_CONTROLS_LOOK_MS: '500' });
});

afterAll(async () => {
  await mesh?.stop();
  board?.close();
});

const control = (id: number, name: string, path: string, timeout_s: number) => {
  const url = `http://127.0.0.1:${(board.address() as AddressInfo).port}${path}`;
  return { id, name, url, ping_enabled: true, timeout_s };
};

const directory = () => ({
  namespaces: [{ id: 1, path: 'acme' }],
  projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
  frameworks: [
    {
      ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
      requirements: [
        {
          ...{ id: 31, name: 'Approved change' },
          external_controls: [
            control(BOARD, 'Change board', '/check', 1_800),
            control(SILENT, 'Register', '/x', 2),
          ],
        },
      ],
    },
  ],
});

/** What the engine has told of the control, oldest first. */
async function history(id: number): Promise<string[]> {
  const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, TOPIC_PREFIX } = mesh.environment;
  const client = new KafkaClient({
    brokers: KAFKA_BROKERS!.split(','),
    clientId: 'test',
    prefix: TOPIC_PREFIX!,
  });
  const topic = topics.complianceViolations;
  const open = (await OpenTopics.open(client, new SchemaRegistry(SCHEMA_REGISTRY_URL!), [topic])).get(topic);
  const states: string[] = [];
  for (let partition = 0; partition < open.partitions; partition++)
    for await (const records of readPartition(client, open.name, partition)) {
      await open.codec.prepare(records.map(({ valueBytes }) => valueBytes));
      for (const { valueBytes } of records) {
        const { control: name, control_state } = open.codec.decode(valueBytes!);
        if (name === `external/${id}`) states.push(control_state!.state);
      }
    }
  return states;
}

/** What the external controls give, and not the import of their framework. */
const ours = [
  'compliance_control_status_fail',
  'pending_compliance_external_control_failed',
  'updated_compliance_requirement_control',
];

describe('C6: a control for which another system answers', () => {
  it('is asked, pending until it answers, and fails if it does not', async () => {
    await mesh.directory(directory());
    const give = async (id: number) => {
      const { status } = await mesh.call('PUT', `/api/v1/external-controls/${id}/secret`, { secret });
      expect(status).toBe(200);
    };
    await give(BOARD);
    await give(SILENT);
    await eventually(async () => expect(await history(BOARD)).toEqual(['pending', 'pass']));
    await eventually(async () => expect(await history(SILENT)).toEqual(['pending', 'fail']), 30_000);
    expect(asked).toEqual(['acme/ledger', 'acme/ledger']);
    await eventually(async () => {
      const told = (await mesh.events('category=compliance')).filter(({ type }) => ours.includes(type));
      expect(
        told.map(({ type, target, outcome }) => `${type} of ${target.name}: ${outcome}`).toSorted(),
      ).toEqual([
        `compliance_control_status_fail of external/${SILENT}: failure`,
        'pending_compliance_external_control_failed of Register: failure',
        'updated_compliance_requirement_control of Change board: success',
        'updated_compliance_requirement_control of Register: success',
      ]);
    });
  }, 120_000);
});
