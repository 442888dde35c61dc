import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SecretDeviceEntry } from '@auditmesh/events';
import type { OutgoingRecord } from '@auditmesh/kafka';
import { createLog } from '@auditmesh/runtime';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { linesOf, lineContext, useRules } from '../../test/device-lines.js';
import { DeviceIntake } from './device-intake.js';
import { DeviceWriter, type Producer } from './device-writer.js';
import { serveDevices } from './http-intake.js';

const token = 'a token of the device';
const line = linesOf('openbao')[0]!;
const rules = { uses: useRules, logins: lineContext.logins, prefixes: new Map([['cee', '@cee: ']]) };

/** A producer that takes, refuses or hangs, as it is told. */
class Kafka {
  is: 'there' | 'away' | 'silent' = 'there';
  readonly entries: SecretDeviceEntry[] = [];
  readonly letters: string[] = [];
  private held: (() => void)[] = [];

  readonly producer = {
    send: (_topic: unknown, records: OutgoingRecord<SecretDeviceEntry>[]) =>
      this.answer(() => this.entries.push(...records.map(({ value }) => value!))),
    sendEncoded: (_topic: string, records: { value: Buffer }[]) =>
      this.answer(() => this.letters.push(...records.map(({ value }) => value.toString()))),
  } as unknown as Producer;

  comeBack(): void {
    this.is = 'there';
    for (const go of this.held.splice(0)) go();
  }

  private async answer(work: () => void): Promise<never[]> {
    if (this.is === 'away') throw new Error('no broker answers');
    if (this.is === 'silent') await new Promise<void>((resolve) => this.held.push(resolve));
    work();
    return [];
  }
}

let kafka: Kafka;
let server: FastifyInstance;

beforeEach(() => {
  kafka = new Kafka();
  const writer = new DeviceWriter({ name: (name) => name }, async () => kafka.producer, 10_000);
  const intake = new DeviceIntake(writer, rules, createLog('test', 'silent'));
  server = new FastifyAdapter().getInstance<FastifyInstance>();
  const tokens = new Map([
    ['main', token],
    ['cee', token],
  ]);
  serveDevices(server, intake, { tokens, lineBytes: 8_192, waitMs: 50 });
});

afterEach(() => server.close());

const post = (
  body: string | Buffer,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
  device = 'main',
) => server.inject({ method: 'POST', url: `/api/v1/intake/openbao/${device}`, payload: body, headers });

describe('POST /api/v1/intake/openbao/{device}', () => {
  it('takes a line without a content type, and several lines of any content type', async () => {
    expect((await post(line)).statusCode).toBe(202);
    const answer = await post(linesOf('openbao').join('\n'), {
      'x-auditmesh-token': token,
      'content-type': 'application/json',
    });
    expect([answer.statusCode, answer.json()]).toEqual([202, { taken: 17, skipped: 2, rejected: 0 }]);
    expect(kafka.entries).toHaveLength(18);
  });

  it('takes the prefix that the device writes', async () => {
    const answer = await post(`@cee: ${line}`, undefined, 'cee');
    expect(answer.json()).toEqual({ taken: 1, skipped: 0, rejected: 0 });
  });

  it.each<[string, string | Buffer, string]>([
    ['no JSON', '{"password":"S3cr3t"', 'NOT_JSON'],
    ['no entry', '{"password":"S3cr3t"}', 'NOT_AN_ENTRY'],
    ['a line too long', `${line.slice(0, -1)},"x":"${'S3cr3t'.repeat(2_000)}"}`, 'TOO_LONG'],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00]), 'NOT_JSON'],
  ])(
    'accepts %s, since a refusal would fail the request to the store, and keeps no byte of it',
    async (_, body, code) => {
      const answer = await post(body);
      expect([answer.statusCode, answer.json()]).toEqual([202, { taken: 0, skipped: 0, rejected: 1 }]);
      expect(kafka.entries).toEqual([]);
      expect(JSON.parse(kafka.letters[0]!)).toMatchObject({ device: 'main', intake: 'http', code });
      expect(kafka.letters[0]).not.toContain('S3cr3t');
    },
  );

  it('accepts an empty body, which has no lines', async () => {
    expect((await post('')).json()).toEqual({ taken: 0, skipped: 0, rejected: 0 });
  });

  it('lets nobody in without the token of the device', async () => {
    expect((await post(line, {})).statusCode).toBe(401);
    expect((await post(line, { authorization: 'Bearer another token here' })).statusCode).toBe(401);
    const unknown = await post(line, { authorization: `Bearer ${token}` }, 'other');
    expect([unknown.statusCode, unknown.json()]).toEqual([
      404,
      expect.objectContaining({ detail: expect.stringContaining('DEVICE_TOKENS') }),
    ]);
    expect(kafka.entries).toEqual([]);
  });

  it('refuses more lines than it can hold at a time', async () => {
    expect((await post(`${line}\n`.repeat(9_000))).statusCode).toBe(413);
  });

  it('answers 503 while Kafka is away, and tells afterwards how many lines were refused, once', async () => {
    kafka.is = 'away';
    const refused = await post(line);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1']);
    await post([line, line].join('\n'));
    const login = linesOf('openbao').find((text) => text.includes('auth/userpass/login'))!;
    expect((await post(login)).json()).toEqual({ taken: 0, skipped: 1, rejected: 0 });
    kafka.comeBack();
    for (const _ of [1, 2]) expect((await post(line)).statusCode).toBe(202);
    expect(kafka.entries.map(({ kind, lost }) => [kind, lost])).toEqual([
      ['overflow', 3],
      ['request', null],
      ['request', null],
    ]);
  });

  it('answers 503 in time when Kafka does not answer, and counts no line that comes through after all', async () => {
    kafka.is = 'silent';
    expect((await post(line)).statusCode).toBe(503);
    kafka.comeBack();
    expect((await post(line)).statusCode).toBe(202);
    expect(kafka.entries.map(({ kind }) => kind)).toEqual(['request', 'request']);
  });

  it('refuses at once what the queue has no room for', async () => {
    kafka.is = 'silent';
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(line)));
    expect(answers.every(({ statusCode }) => statusCode === 503)).toBe(true);
    kafka.comeBack();
    await post(line);
    const overflow = kafka.entries.find(({ kind }) => kind === 'overflow');
    expect(overflow!.lost).toBeGreaterThan(0);
    expect(kafka.entries.filter(({ kind }) => kind === 'request').length + overflow!.lost!).toBe(13);
  });
});
