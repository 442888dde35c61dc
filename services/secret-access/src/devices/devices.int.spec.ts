import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { eventually, ServiceProcess, TestKafka } from '@auditmesh/testing';
import fc from 'fast-check';
import { bodies, LINE_BYTES } from '../../test/bodies.js';
import { linesOf } from '../../test/device-lines.js';
import { groups, NO_RULES, usedTopics } from '../../test/kafka-of-service.js';
import { service } from '../secret-access.module.js';
import { DeviceIntakes } from './device-intakes.js';

type App = Awaited<ReturnType<typeof startService>>;

const token = 'a token of the device';
const lines = linesOf('openbao');
/** Uses of secrets in the lines of OpenBao. */
const USES = 8;
let kafka: TestKafka;
let open: OpenTopics;
let folder: string;
let apps: App[];

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create(usedTopics, groups);
  folder = await mkdtemp(join(tmpdir(), 'devices-'));
  apps = [];
});

afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  await rm(folder, { recursive: true });
});

async function start(settings: Record<string, string> = {}): Promise<App> {
  const app = await startService(service, {
    ...kafka.environment,
    DEVICE_TOKENS: `main=${token.replaceAll(' ', '-')}`,
    DEVICE_STATE_FOLDER: folder,
    DEVICE_LINE_BYTES: String(LINE_BYTES),
    ALERT_RULES_FOLDER: NO_RULES,
    ...settings,
  });
  apps.push(app);
  return app;
}

async function stop(app: App): Promise<void> {
  apps = apps.filter((other) => other !== app);
  await app.close();
}

async function post(app: App, body: string | Uint8Array<ArrayBuffer>) {
  const response = await fetch(`${await app.getUrl()}/api/v1/intake/openbao/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.replaceAll(' ', '-')}` },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, number> };
}

const events = async () => (await kafka.readAll(open, topics.auditEvents)).map(({ value }) => value);
const haveCome = (count: number) =>
  eventually(async () => {
    const all = await events();
    expect(all).toHaveLength(count);
    return all;
  });
const letters = async () =>
  (await kafka.deadLetters('secret-access')).map(
    ({ valueBytes }) => JSON.parse(String(valueBytes)) as object,
  );

/** Writes to a socket in pieces and ends the connection. */
const send = (address: string, chunks: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname, protocol } = new URL(address);
    const socket = protocol === 'unix:' ? connect(pathname) : connect(Number(port), hostname);
    socket.on('error', reject).on('close', () => resolve());
    for (const chunk of chunks) socket.write(chunk);
    socket.end();
    socket.resume();
  });

describe('audit devices over HTTP', () => {
  it('give one event for each use of a secret, however often and in which order the lines come', async () => {
    const app = await start();
    for (const line of lines.toReversed()) expect((await post(app, line)).status).toBe(202);
    await post(app, lines.join('\n'));
    const all = await haveCome(USES);
    const read = all.find(({ secret_access: use }) => use!.request_id?.startsWith('0d5bd3f2'))!;
    expect(read).toMatchObject({
      type: 'secret_read',
      outcome: 'success',
      source: 'openbao/main',
      target: { type: 'secret', id: 'kv/payments/db-password', name: 'db-password' },
      secret_access: { policies: ['payments-read'], producer_id: 'openbao/main', unresolved: true },
    });
    const [entry] = await kafka.readAll(open, topics.secretDeviceEntries);
    expect(entry!.headers).toMatchObject({
      ce_source: 'openbao/main',
      ce_id: `${entry!.value.request_id}/${entry!.value.kind}`,
    });
    const waiting = await kafka.readLatest(open, topics.secretsStates);
    expect([...waiting.keys()].filter((key) => key.startsWith('waiting/'))).toEqual([
      'waiting/ac1a8a10-6f0b-4b8a-8d0e-999999999999',
    ]);
  });

  it('let halves meet over a restart, and tell the one that stays alone', async () => {
    const first = await start();
    await post(first, lines[0]!);
    await eventually(async () => expect((await kafka.readLatest(open, topics.secretsStates)).size).toBe(1));
    await stop(first);
    const second = await start({ DEVICE_PAIRING_MS: '1000' });
    await post(second, lines[1]!);
    const told = await haveCome(1);
    expect(told[0]).toMatchObject({ outcome: 'success' });
    await post(second, lines[4]!);
    const alone = (await haveCome(2)).find(({ outcome }) => outcome !== 'success');
    expect(alone).toMatchObject({ outcome: 'denied', secret_access: { error_code: 'permission_denied' } });
  });

  it('take any body by chance: all are answered 202 and accounted for, and none brings a secret in', async () => {
    const app = await start();
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const count = Number(process.env.FUZZ_RUNS ?? 1_000);
    process.stdout.write(`Bodies over HTTP by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${count}\n`);
    const sent = fc.sample(bodies, { numRuns: count, seed });
    const sums = { taken: 0, skipped: 0, rejected: 0 };
    let expected = 0;
    const work = sent.values();
    const worker = async () => {
      for (const body of work) {
        const answer = await post(app, Uint8Array.from(body));
        expect(answer.status).toBe(202);
        for (const name of ['taken', 'skipped', 'rejected'] as const) sums[name] += answer.body[name]!;
        expected += body
          .toString('latin1')
          .split('\n')
          .filter((line) => line.replace(/\r$/, '') !== '').length;
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(sums.taken + sums.skipped + sums.rejected).toBe(expected);
    expect(await kafka.readAll(open, topics.secretDeviceEntries)).toHaveLength(sums.taken);
    expect(await kafka.deadLetters('secret-access')).toHaveLength(sums.rejected);
  }, 600_000);

  it('keep a secret out of every topic, whether its line can be read or not', async () => {
    const app = await start();
    const secret = 'S3cr3t-planted';
    const planted = lines.map((line) => line.replaceAll(/hmac-sha256:[0-9a-f]{64}/g, secret));
    await post(app, planted.join('\n'));
    await post(app, planted.map((line) => line.slice(0, -1)).join('\n'));
    await post(app, planted.map((line) => line.replace('"operation":', '"operation":1,"x":')).join('\n'));
    await haveCome(USES);
    for (const topic of [topics.secretDeviceEntries, topics.secretsStates, topics.auditEvents]) {
      for (const { value, headers, key } of await kafka.readAll(open, topic as typeof topics.auditEvents))
        expect(JSON.stringify([value, headers, key])).not.toContain(secret);
    }
    const dead = await kafka.deadLetters('secret-access');
    expect(dead.length).toBeGreaterThan(lines.length);
    for (const { valueBytes, headers } of dead)
      expect(String(valueBytes) + JSON.stringify(headers)).not.toContain(secret);
  });
});

describe('audit devices over sockets', () => {
  it('are read over TCP and UNIX sockets in whatever pieces, and a half line at the end is accounted for', async () => {
    const app = await start({
      DEVICE_SOCKETS: `main=tcp://127.0.0.1:0,other=unix://${join(folder, 'audit.sock')}`,
    });
    const [tcp, unix] = app.get(DeviceIntakes).addresses;
    const text = `${lines.slice(0, 10).join('\n')}\n`;
    await send(tcp!, text.match(/[\s\S]{1,700}/g)!);
    await send(unix!, [`${lines.slice(10).join('\n')}\n`, lines[0]!.slice(0, 99)]);
    await haveCome(USES);
    expect(await letters()).toEqual([
      expect.objectContaining({ device: 'other', intake: 'socket', code: 'CUT_OFF', size: 99 }),
    ]);
  });

  it('are drained when the service stops', async () => {
    const app = await start({ DEVICE_SOCKETS: 'main=tcp://127.0.0.1:0' });
    const [tcp] = app.get(DeviceIntakes).addresses;
    const { hostname, port } = new URL(tcp!);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.resume();
    await new Promise((resolve) => socket.write(`${lines.join('\n')}\n`, resolve));
    await stop(app);
    await start();
    await haveCome(USES);
    socket.destroy();
  });
});

describe('audit devices that write files', () => {
  it('are followed over renaming and over a restart in the middle, each use told once', async () => {
    const path = join(folder, 'audit.log');
    const settings = { DEVICE_FILES: `main=${path}` };
    const write = (from: number, to: number) =>
      appendFile(
        path,
        lines
          .slice(from, to)
          .map((line) => `${line}\n`)
          .join(''),
      );
    const first = await start(settings);
    await write(0, 5);
    await haveCome(2);
    await stop(first);
    await write(5, 9);
    await rename(path, `${path}.1`);
    await write(9, 12);
    const second = await start(settings);
    await haveCome(6);
    await rename(path, `${path}.2`);
    await write(12, lines.length);
    await appendFile(path, '{"request":\n');
    await haveCome(USES);
    await eventually(async () =>
      expect(await letters()).toEqual([
        expect.objectContaining({ device: 'main', intake: 'file', code: 'NOT_JSON', size: 11 }),
      ]),
    );
    await stop(second);
  });

  it('give exactly one event for each use, however often the service is killed', async () => {
    const path = join(folder, 'audit.log');
    const environment = {
      ...kafka.environment,
      DEVICE_FILES: `main=${path}`,
      DEVICE_STATE_FOLDER: folder,
      DEVICE_LINE_BYTES: String(LINE_BYTES),
      ALERT_RULES_FOLDER: NO_RULES,
    };
    const requests = 2_000;
    const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const pair = (n: number) =>
      lines
        .slice(0, 2)
        .map((line) => `${line.replace('0d5bd3f2-9d24-4b0e-9d4f-7a1f1f1f3c55', id(n))}\n`)
        .join('');
    const kills = 2;
    for (let kill = 0; kill <= kills; kill++) {
      const before = (await events()).length;
      const process = await ServiceProcess.start('secret-access', environment);
      for (let n = 0; n < requests; n++) if (n % (kills + 1) === kill) await appendFile(path, pair(n));
      if (kill === 1) await rename(path, `${path}.1`);
      await eventually(async () => expect((await events()).length).toBeGreaterThan(before));
      if (kill < kills) await process.stop('SIGKILL');
      else {
        await haveCome(requests);
        await process.stop();
      }
    }
    const told = (await events()).map(({ secret_access: use }) => use!.request_id);
    expect(told.toSorted()).toEqual(Array.from({ length: requests }, (_, n) => id(n)));
  });

  it('become an event when lines of them are gone', async () => {
    const path = join(folder, 'audit.log');
    const settings = { DEVICE_FILES: `main=${path}` };
    const first = await start(settings);
    await appendFile(path, `${lines.slice(0, 2).join('\n')}\n`);
    await haveCome(1);
    await stop(first);
    await rm(path);
    await appendFile(path, `${lines.slice(2, 4).join('\n')}\n`);
    await start(settings);
    const all = await haveCome(3);
    expect(all.find(({ type }) => type === 'audit_device_overflowed')).toMatchObject({
      message: 'The audit device main could not hand over lines, nobody knows how many',
      producer_fault: { producer_id: 'openbao/main', missing: null },
    });
  });
});
