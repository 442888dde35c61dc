import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { topics, type SecretAccessed } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { eventually, TestKafka } from '@auditmesh/testing';
import type { AuditorOptions } from '../auditor-options.js';
import { SecretAuditor } from '../secret-auditor.js';
import { SpoolShipping, type ShippingOptions } from './spool-shipping.js';

const sdk = join(dirname(fileURLToPath(import.meta.url)), '../..');
const vault = join(sdk, 'test/vault.mjs');
const ship = join(sdk, 'dist/ship.main.js');
const topic = topics.secretAccesses;
const actor = { type: 'user', id: '7' } as const;
const MIB = 1024 ** 2;

let kafka: TestKafka;
let open: OpenTopics;
let root: string;
let folder: string;
let opened: { close(withinMs: number): Promise<void> }[];
let children: ChildProcess[];

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create([topic]);
  root = mkdtempSync(join(tmpdir(), 'sidecar-'));
  folder = join(root, 'spool');
  opened = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const each of opened) await each.close(0);
  rmSync(root, { recursive: true });
});

async function auditor(more: Partial<AuditorOptions> = {}): Promise<SecretAuditor> {
  const audit = await SecretAuditor.open({ name: 'vault', spool: { folder }, shipping: 'sidecar', ...more });
  opened.push(audit);
  return audit;
}

const secretsOf = (audit: SecretAuditor) =>
  audit.wrap({ get: (path: string) => `value of ${path}` }, { actor: () => actor });

async function shipping(more: Partial<ShippingOptions> = {}): Promise<SpoolShipping> {
  const { brokers, prefix } = kafka;
  const options = { folder, kafka: { brokers, prefix }, schemaRegistryUrl: registry(), ...more };
  const started = await SpoolShipping.start(options);
  opened.push(started);
  return started;
}

const registry = () => kafka.environment.SCHEMA_REGISTRY_URL!;

/** A process that ships, as it is installed, once it has the spool. */
async function shipProcess(): Promise<ChildProcess> {
  const where = ['--spool', folder, '--brokers', kafka.brokers.join(), '--topic-prefix', kafka.prefix];
  const args = [ship, ...where, '--schema-registry', registry()];
  const child = started(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  await once(child.stderr!, 'data');
  return child;
}

function started<C extends ChildProcess>(child: C): C {
  children.push(child);
  return child;
}

/** Accesses of the topic, each once by its id, once they are numbered without a gap. */
async function accesses() {
  const byId = new Map<string, SecretAccessed>();
  for (const { value, headers } of await kafka.readAll(open, topic)) {
    expect(headers.ce_source).toBe(value.producer_id);
    const id = `${value.producer_id} ${headers.ce_id}`;
    if (byId.has(id)) expect(value).toEqual(byId.get(id));
    byId.set(id, value);
  }
  const sequences = [...byId.values()].map((r) => r.sequence).sort((a, b) => a - b);
  expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  return [...byId.values()].flatMap(({ access }) => access ?? []);
}

describe('a spool that another process ships', () => {
  test.each(['application', 'shipper'])('comes to the topic, whoever is first: the %s', async (first) => {
    if (first === 'shipper') await shipping();
    const audit = await auditor({ guarantees: { default: 'fail-closed' } });
    if (first === 'application') await shipping();
    const secrets = secretsOf(audit);
    expect(await secrets.get('kv/1')).toBe('value of kv/1');
    await Promise.all(Array.from({ length: 200 }, (_, n) => secrets.get(`kv/${n}`)));
    await eventually(() => expect(audit.status).toMatchObject({ pending: 0, outage: undefined }));
    expect(await accesses()).toHaveLength(201);
  });

  test('is written while nobody ships it, refuses fail-closed, and is shipped when somebody does', async () => {
    const audit = await auditor({ guarantees: { write: 'fail-closed' } });
    const store = { get: (path: string) => path, put: (path: string) => path };
    const secrets = audit.wrap(store, { actor: () => actor });
    for (let n = 0; n < 500; n++) await secrets.get(`kv/${n}`);
    await eventually(() => expect(audit.status.outage?.message).toContain('No process ships'));
    await expect(secrets.put('kv/1')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(audit.status.pending).toBeGreaterThanOrEqual(501);
    await shipping();
    await eventually(() => expect(audit.status).toMatchObject({ pending: 0, outage: undefined }));
    expect(await secrets.put('kv/2')).toBe('kv/2');
    expect(await accesses()).toHaveLength(502);
  });

  test('is shipped when the application is gone for good', async () => {
    const audit = await auditor();
    for (let n = 0; n < 50; n++) await secretsOf(audit).get(`kv/${n}`);
    await audit.close();
    await (await shipping()).close(30_000);
    expect(await accesses()).toHaveLength(50);
  });

  test('has room again when the other process has shipped', async () => {
    const audit = await auditor({ spool: { folder, maxBytes: 4 * MIB, whenFull: 'fail' } });
    const secrets = secretsOf(audit);
    const long = 'x'.repeat(4_000);
    const fill = async () => {
      for (let n = 0; n < 1_000; n++) await secrets.get(`${long}/${n}`);
    };
    await expect(fill()).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    await shipping();
    await eventually(() => expect(audit.status.bytes).toBeLessThan(MIB));
    expect(await secrets.get('kv/1')).toBe('value of kv/1');
  });

  test('is not taken for the one that was in the folder before', async () => {
    const lost: Error[] = [];
    await shipping({ onLost: (error) => lost.push(error) });
    const options = { guarantees: { default: 'fail-closed' }, acknowledgeWithinMs: 5_000 } as const;
    const before = await auditor(options);
    await secretsOf(before).get('kv/1');
    await before.close();
    for (const name of readdirSync(folder)) if (name !== 'shipper') rmSync(join(folder, name));
    const audit = await auditor({ ...options, acknowledgeWithinMs: 500 });
    await expect(secretsOf(audit).get('kv/2')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(lost).toHaveLength(1);
  });

  test('has one shipper only, which may be the application itself', async () => {
    const first = await shipping();
    await expect(shipping()).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    const { brokers, prefix } = kafka;
    const itself = { shipping: 'inside', kafka: { brokers, prefix }, schemaRegistryUrl: registry() } as const;
    await expect(auditor(itself)).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    await first.close();
    await auditor(itself);
    await expect(shipping()).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
  });

  test('loses and doubles nothing that was handed out when both are killed again and again', async () => {
    const handedOut: string[] = [];
    const options = { name: 'vault', spool: { folder }, shipping: 'sidecar' };
    let shipper = await shipProcess();
    for (let run = 0; run < 8; run++) {
      const child = started(
        spawn(process.execPath, [vault, JSON.stringify(options), `run-${run}`], {
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
      let printed = '';
      child.stdout!.on('data', (bytes: Buffer) => (printed += bytes.toString()));
      const printedMoreThan = (lines: number) => () =>
        expect(printed.split('\n').length).toBeGreaterThan(lines);
      await eventually(printedMoreThan(100 + Math.floor(Math.random() * 2_000)), 60_000);
      if (run % 2) {
        shipper.kill('SIGKILL');
        await once(shipper, 'close');
        await eventually(printedMoreThan(printed.split('\n').length + Math.random() * 500), 60_000);
        shipper = await shipProcess();
      }
      child.kill('SIGKILL');
      await once(child, 'close');
      handedOut.push(...printed.slice(0, printed.lastIndexOf('\n')).split('\n'));
    }
    shipper.kill('SIGTERM');
    const [code] = (await once(shipper, 'close')) as [number];
    expect(code).toBe(0);
    // On a busy machine its five seconds may not be enough.
    await (await shipping()).close(60_000);
    const paths = (await accesses()).map((a) => a.secret_id);
    const distinct = new Set(paths);
    expect(handedOut.filter((path) => !distinct.has(path))).toEqual([]);
    expect(paths).toHaveLength(distinct.size);
    expect(handedOut.length).toBeGreaterThan(800);
  });
});
