import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { topics, type SecretAccessed } from '@auditmesh/events';
import type { ConsumedRecord, OpenTopics } from '@auditmesh/kafka';
import { eventually, TestKafka } from '@auditmesh/testing';
import type { AuditorOptions } from './auditor-options.js';
import { SecretAuditor } from './secret-auditor.js';

const vault = join(dirname(fileURLToPath(import.meta.url)), '../test/vault.mjs');
const topic = topics.secretAccesses;
const actor = { type: 'user', id: '7', name: 'Ann Lee', ip: '10.0.0.7' } as const;

let kafka: TestKafka;
let open: OpenTopics;
let root: string;
let auditors: SecretAuditor[];

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create([topic]);
  root = mkdtempSync(join(tmpdir(), 'auditor-'));
  auditors = [];
});

afterEach(async () => {
  for (const auditor of auditors) await auditor.close(0);
  rmSync(root, { recursive: true });
});

const options = (more: Partial<AuditorOptions> = {}): AuditorOptions => ({
  name: 'vault',
  spool: { folder: join(root, 'spool') },
  kafka: { brokers: kafka.brokers, prefix: kafka.prefix },
  schemaRegistryUrl: kafka.environment.SCHEMA_REGISTRY_URL!,
  ...more,
});

async function auditor(more: Partial<AuditorOptions> = {}): Promise<SecretAuditor> {
  const opened = await SecretAuditor.open(options(more));
  auditors.push(opened);
  return opened;
}

const records = (): Promise<ConsumedRecord<SecretAccessed>[]> => kafka.readAll(open, topic);

/** Accesses of the topic, each once by its id. */
async function accesses() {
  const byId = new Map<string, SecretAccessed>();
  for (const { value, headers } of await records()) {
    const id = `${headers.ce_source} ${headers.ce_id}`;
    if (byId.has(id)) expect(value).toEqual(byId.get(id));
    byId.set(id, value);
  }
  expectNoGaps([...byId.values()]);
  return [...byId.values()].flatMap(({ access }) => access ?? []);
}

/** Sequences of one producer; without a gap on any partition no number there is rarer than a higher one. */
function expectNoGaps(all: SecretAccessed[]): void {
  const sequences = all.map((r) => r.sequence).sort((a, b) => a - b);
  expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  const byNumber = Map.groupBy(all, (r) => r.partition_sequence);
  const counts = Array.from(byNumber, (_, i) => byNumber.get(i + 1)?.length ?? 0);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  expect(counts.at(-1)).toBeGreaterThan(0);
}

/** Relays a port to the brokers, once it is opened. */
class Relay {
  private server: Server | undefined;

  private constructor(readonly port: number) {}

  static async closed(): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return new Relay(port);
  }

  async open(broker: string): Promise<void> {
    const [host, port] = broker.split(':') as [string, string];
    this.server = createServer((from) => {
      const to = connect(Number(port), host);
      from.pipe(to).pipe(from);
      from.on('error', () => to.destroy());
      to.on('error', () => from.destroy());
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  close(): void {
    this.server?.close();
  }
}

describe('an auditor', () => {
  test('records who used which secret how, and how it ended', async () => {
    const audit = await auditor({ guarantees: { write: 'fail-closed' } });
    const store = {
      get: (path: string) => `value of ${path}`,
      put: async (_path: string, _value: string) => undefined,
      list: async (_path: string) => {
        throw Object.assign(new Error('no'), { code: 'PERMISSION_DENIED' });
      },
    };
    const secrets = audit.wrap(store, { actor: () => actor, context: () => ({ policy: 'readers' }) });
    expect(await secrets.get('kv/db')).toBe('value of kv/db');
    await secrets.put('kv/db', 'new');
    await expect(secrets.list('kv/')).rejects.toThrow('no');
    await audit.close();
    const found = (await accesses()).sort((a, b) => a.action.localeCompare(b.action));
    expect(found.map((a) => [a.action, a.outcome, a.guarantee, a.secret_id, a.error_code])).toEqual([
      ['list', 'denied', 'spooled', 'kv/', 'PERMISSION_DENIED'],
      ['read', 'success', 'spooled', 'kv/db', null],
      ['write', 'success', 'fail_closed', 'kv/db', null],
    ]);
    expect(found[1]).toMatchObject({
      policy: 'readers',
      actor: { id: '7', name: 'Ann Lee', ip: '10.0.0.7' },
    });
  });

  test('gives a sign of life on every partition, and says when its silence is in order', async () => {
    const audit = await auditor({ heartbeatMs: 50 });
    await eventually(async () => expect((await records()).length).toBeGreaterThanOrEqual(12));
    await audit.close();
    const beats = (await records()).map(({ value }) => value);
    const last = beats.filter(({ heartbeat }) => heartbeat!.interval_ms === null);
    expect(last).toHaveLength(topic.partitions);
    expect(beats.every((b) => b.kind === 'heartbeat' && b.producer_id === audit.producerId)).toBe(true);
    const byPartition = Map.groupBy(beats, (b) => b.partition_sequence);
    for (const [, same] of byPartition) expect(same).toHaveLength(topic.partitions);
  });

  test('killed again and again loses no access that was handed out, and doubles none', async () => {
    const handedOut: string[] = [];
    for (let run = 0; run < 6; run++) {
      const last = run === 5;
      const child = spawn(process.execPath, [vault, JSON.stringify(options()), `run-${run}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let printed = '';
      child.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString()));
      const wanted = 200 + Math.floor(Math.random() * 4_000);
      await eventually(() => expect(printed.split('\n').length).toBeGreaterThan(wanted), 60_000);
      child.kill(last ? 'SIGTERM' : 'SIGKILL');
      await once(child, 'close');
      if (last) expect(child.exitCode).toBe(0);
      handedOut.push(...printed.slice(0, printed.lastIndexOf('\n')).split('\n'));
    }
    const paths = (await accesses()).map((a) => a.secret_id);
    const distinct = new Set(paths);
    expect(handedOut.filter((path) => !distinct.has(path))).toEqual([]);
    expect(paths).toHaveLength(distinct.size);
    expect(handedOut.length).toBeGreaterThan(1_200);
  });

  test('with spooled serves while Kafka is away, and delivers everything after', async () => {
    const relay = await Relay.closed();
    const audit = await auditor({ kafka: { brokers: [`127.0.0.1:${relay.port}`], prefix: kafka.prefix } });
    const secrets = audit.wrap({ get: (path: string) => path }, { actor: () => actor });
    for (let n = 0; n < 500; n++) expect(await secrets.get(`kv/${n}`)).toBe(`kv/${n}`);
    await eventually(() => expect(audit.status.outage).toBeDefined());
    expect(audit.status.pending).toBeGreaterThanOrEqual(500);
    expect(await records()).toEqual([]);
    await relay.open(kafka.brokers[0]!);
    await eventually(() => expect(audit.status).toMatchObject({ pending: 0, outage: undefined }));
    expect(new Set((await accesses()).map((a) => a.secret_id)).size).toBe(500);
    relay.close();
  });

  test('with fail-closed refuses quickly while Kafka is away, and says that it did', async () => {
    const relay = await Relay.closed();
    const audit = await auditor({
      guarantees: { default: 'fail-closed' },
      acknowledgeWithinMs: 200,
      kafka: { brokers: [`127.0.0.1:${relay.port}`], prefix: kafka.prefix },
    });
    let used = 0;
    const secrets = audit.wrap({ get: (path: string) => `${path} ${++used}` }, { actor: () => actor });
    await expect(secrets.get('kv/1')).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(audit.status.outage).toBeDefined();
    const usedBefore = used;
    const began = performance.now();
    await expect(secrets.get('kv/2')).rejects.toThrow('did not acknowledge');
    expect(performance.now() - began).toBeLessThan(150);
    expect(used).toBe(usedBefore);
    await relay.open(kafka.brokers[0]!);
    await eventually(async () => expect(await secrets.get('kv/3')).toContain('kv/3'));
    await audit.close();
    const found = await accesses();
    const of = (id: string) => found.filter((a) => a.secret_id === id);
    expect(of('kv/1').map((a) => a.outcome)).toEqual(['success', 'failure']);
    expect(of('kv/1')[1]).toMatchObject({ error_code: 'AUDIT_UNAVAILABLE', corrects: expect.any(Number) });
    expect(of('kv/2').map((a) => [a.outcome, a.error_code, a.corrects])).toEqual([
      ['failure', 'AUDIT_UNAVAILABLE', null],
    ]);
    expect(of('kv/3').at(-1)).toMatchObject({ outcome: 'success' });
    relay.close();
  });

  test('keeps the value of a secret nowhere', async () => {
    const planted = 'correct-horse-battery-staple';
    const relay = await Relay.closed();
    const logged: string[] = [];
    const note = (fields: object, message: string) => void logged.push(JSON.stringify(fields) + message);
    const audit = await auditor({
      kafka: { brokers: [`127.0.0.1:${relay.port}`], prefix: kafka.prefix },
      log: { debug: note, info: note, warn: note, error: note },
    });
    const store = {
      get: async (_path: string) => ({ value: planted }),
      put: async (_path: string, _value: string) => undefined,
      rotate: async (_path: string, value: string) => {
        throw new Error(`${value} is too short`);
      },
    };
    const secrets = audit.wrap(store, { actor: () => actor });
    expect(await secrets.get('kv/db')).toEqual({ value: planted });
    await secrets.put('kv/db', planted);
    await expect(secrets.rotate('kv/db', planted)).rejects.toThrow(planted);
    const files = readdirSync(join(root, 'spool'), { withFileTypes: true }).filter((entry) => entry.isFile());
    const kept = files.map(({ name }) => readFileSync(join(root, 'spool', name)));
    expect(kept.some((bytes) => bytes.includes('kv/db'))).toBe(true);
    expect(kept.some((bytes) => bytes.includes(planted))).toBe(false);
    await relay.open(kafka.brokers[0]!);
    await eventually(() => expect(audit.status.pending).toBe(0));
    expect(await accesses()).toHaveLength(3);
    const sent = (await records()).flatMap((r) => [r.valueBytes!, Buffer.from(JSON.stringify(r.headers))]);
    expect(sent.some((bytes) => bytes.includes(planted))).toBe(false);
    expect(logged.join('\n')).not.toContain(planted);
    relay.close();
  });
});
