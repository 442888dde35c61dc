import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@auditmesh/testing';
import { compliance, merge } from './support/compliance.js';
import { TestMesh } from './support/test-mesh.js';

const [internal, external] = [31, 32];
const path = '/api/v1/projects/70/compliance_external_controls/312/status';
let mesh: TestMesh;
let system: Server;
/** What the other system was asked. */
const asked: { project: { id: number }; control: { id: number }; callback_url: string }[] = [];

beforeAll(async () => {
  mesh = await TestMesh.start();
  system = createServer((request, response) => {
    void text(request).then((body) => asked.push(JSON.parse(body)));
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => system.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(system.address() as AddressInfo).port}/compliance`;
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
    frameworks: [
      {
        ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
        requirements: [
          { id: internal, name: 'Four eyes', controls: ['minimum_approvals_required_2'] },
          {
            id: external,
            name: 'Change board',
            external_controls: [{ id: 312, name: 'Approved change', url }],
          },
        ],
      },
    ],
  });
});

afterAll(async () => {
  system?.close();
  await mesh?.stop();
});

const statusOf = async (requirement: number): Promise<string> => {
  const { frameworks } = await compliance(mesh, 70);
  return frameworks[0]!.requirements.find(({ id }) => id === requirement)!.status;
};

/** The other system says what it found, signed with the secret. @returns status of the answer */
async function answer(secret: string, status: string, at = path): Promise<number> {
  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), randomBytes(16).toString('hex')];
  const signature = createHmac('sha256', secret)
    .update(`${timestamp}${nonce}${path}status=${status}`)
    .digest('hex');
  const response = await fetch(mesh.mesh.url('api') + at, {
    method: 'PATCH',
    headers: {
      'content-type': 'application/json',
      'x-gitlab-timestamp': timestamp,
      'x-gitlab-nonce': nonce,
      'x-gitlab-hmac-sha256': signature,
    },
    body: JSON.stringify({ status }),
  });
  await mesh.settled();
  return response.status;
}

describe('a requirement', () => {
  it('is internal, with an expression, or external, with an address', async () => {
    const rows = await mesh.query<{ id: string; requirement_type: number; external_url: string | null }>(
      'SELECT id, requirement_type, external_url FROM trail.compliance_requirements ORDER BY id',
    );
    expect(rows.map(({ id, requirement_type }) => [Number(id), requirement_type])).toEqual([
      [internal, 0],
      [external, 1],
    ]);
    expect(rows.map(({ external_url }) => external_url)).toEqual([
      null,
      expect.stringMatching(/^http:.*\/compliance$/),
    ]);
  });

  it('that is internal is decided by its expression, from events', async () => {
    expect(await statusOf(internal)).toBe('pending');
    await merge(mesh, 70);
    expect(await statusOf(internal)).toBe('pass');
    await merge(mesh, 70, ['ben']);
    expect(await statusOf(internal)).toBe('fail');
    expect(await statusOf(external)).toBe('pending');
  });

  it('that is external asks the other system, which decides with its signed answer', async () => {
    const { body } = await mesh.call<{ secret: string }>('PUT', '/api/v1/external-controls/312/secret', {});
    await mesh.call('POST', '/api/v1/projects/70/external-controls/312/ping');
    await eventually(async () => expect(asked.length).toBeGreaterThan(0));
    expect(asked[0]).toMatchObject({ project: { id: 70 }, control: { id: 312 } });
    expect(new URL(asked[0]!.callback_url).pathname).toBe(path);
    expect(await statusOf(external)).toBe('pending');
    expect(await answer(body.secret, 'pass')).toBe(202);
    expect(await statusOf(external)).toBe('pass');
    expect(await answer('somebody else', 'fail')).toBe(401);
    expect(await statusOf(external)).toBe('pass');
    expect(await answer(body.secret, 'fail')).toBe(202);
    expect(await statusOf(external)).toBe('fail');
  });
});
