import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SecretDeviceEntry } from '@auditmesh/events';
import { lineContext, linesOf } from '../../../test/device-lines.js';
import { readLine } from './device-line.js';
import { LineFault } from './line-fault.js';

const read = (line: string, change: Partial<typeof lineContext> = {}): SecretDeviceEntry => {
  const entry = readLine(line, { ...lineContext, ...change });
  if (entry instanceof LineFault) throw new Error(entry.reason);
  return entry;
};
const faultOf = (line: unknown): string => {
  const fault = readLine(typeof line === 'string' ? line : JSON.stringify(line), lineContext);
  return fault instanceof LineFault ? `${fault.code}: ${fault.reason}` : 'none';
};
const [first] = linesOf('openbao');
const sample = () => JSON.parse(first!) as Record<string, object>;

describe('a line of an audit device', () => {
  it('gives who, what, where and by which policy', () => {
    expect(read(first!)).toEqual({
      kind: 'request',
      device: 'main',
      request_id: '0d5bd3f2-9d24-4b0e-9d4f-7a1f1f1f3c55',
      occurred_at: Date.parse('2026-11-20T10:00:00.123Z') * 1_000 + 456,
      operation: 'read',
      path: 'kv/data/payments/db-password',
      mount_point: 'kv/',
      mount_type: 'kv',
      namespace_path: '',
      actor: {
        id: '7d2e3179-f69b-450c-7179-ac8ee8bd8ca9',
        type: 'user',
        name: 'userpass-ann',
        email: null,
        ip: '10.4.0.12',
        user_agent: 'bao/2.3.2',
      },
      policies: ['payments-read'],
      allowed: true,
      error_code: null,
      lost: null,
    });
  });

  it.each(['openbao', 'vault'] as const)('is read, whatever it tells, as %s writes it', (server) => {
    for (const line of linesOf(server)) expect(faultOf(line)).toBe('none');
  });

  it('gives the class of an error and never its text', () => {
    const codes = [...linesOf('openbao'), ...linesOf('vault')].map((line) => read(line).error_code);
    expect(new Set(codes)).toEqual(new Set([null, 'permission_denied', 'other_error', 'refused_by_engine']));
  });

  it('may have a prefix', () => {
    expect(read(`@cee: ${first}`, { prefix: '@cee: ' })).toEqual(read(first!));
    expect(faultOf(`@cee: ${first}`)).toMatch(/^NOT_JSON/);
  });

  it.each<[string, unknown, RegExp]>([
    ['text', 'audit', /^NOT_JSON: the line is not JSON$/],
    ['a list', [], /^NOT_AN_ENTRY: the line must be an object$/],
    ['of no type', { ...sample(), type: undefined }, /type is missing/],
    ['of another type', { ...sample(), type: 'metric' }, /type must be request or response/],
    ['without a request', { ...sample(), request: null }, /request is missing/],
    ['without an id', { ...sample(), request: { ...sample().request!, id: '' } }, /request\.id is missing/],
    [
      'with a number for a path',
      { ...sample(), request: { ...sample().request!, path: 1 } },
      /request\.path must be text/,
    ],
    [
      'with a text for a list',
      { ...sample(), auth: { policies: 'root', policy_results: {} } },
      /auth\.policies must be a list/,
    ],
    ['of no time', { ...sample(), time: 'yesterday' }, /time must be a time/],
    ['from before 1970', { ...sample(), time: '1969-12-31T23:59:59Z' }, /time must be a time/],
    ['from the day after tomorrow', { ...sample(), time: '2026-11-23T00:00:00Z' }, /later than tomorrow/],
    ['very deep', '['.repeat(500_000), /^NOT_JSON/],
    ['very deep and closed', `${'['.repeat(300_000)}${']'.repeat(300_000)}`, /^NOT_AN_ENTRY/],
  ])('%s is a fault that quotes nothing', (_, line, fault) => expect(faultOf(line)).toMatch(fault));

  it('reads no field that an object inherits or that is named __proto__', () => {
    const line = `{"__proto__":{"type":"request"},"time":"2026-11-20T10:00:00Z","request":{"id":"1"}}`;
    expect(faultOf(line)).toMatch(/type is missing/);
    expect(({} as { type?: string }).type).toBeUndefined();
  });

  it('leaves out an accessor that is not hashed, an address that is none, and a token in an old path', () => {
    const line = sample();
    const entry = read(
      JSON.stringify({
        ...line,
        auth: { accessor: 'kX1' },
        request: { ...line.request, remote_address: 'pipe', path: 'auth/token/revoke/hvs.abc' },
      }),
    );
    expect(entry.actor).toMatchObject({ id: null, ip: null, type: 'access_token' });
    expect(entry.path).toBe('auth/token/revoke');
  });

  it('keeps long and unstorable text apart and short', () => {
    const pathOf = (path: string) =>
      read(JSON.stringify({ ...sample(), request: { ...sample().request, path } })).path!;
    expect(pathOf('a\0\ud800')).toBe('a\\u0000\\ud800');
    expect(pathOf(`${'x'.repeat(9_000)}1`)).toHaveLength(2_048);
    expect(pathOf(`${'x'.repeat(9_000)}1`)).not.toBe(pathOf(`${'x'.repeat(9_000)}2`));
  });
});

/** Fields that say who did what to which secret: their texts are the contract of an entry. */
const identity =
  /^(?:(?:time|type)|request\.(?:id|operation|path|mount_point|mount_type|namespace\.path|remote_address|headers\.user-agent\.0)|auth\.(?:display_name|entity_id|policies\.\d+|policy_results\.granting_policies\.\d+\.name))$/;

/** Every place in the value that holds something else than an object or a list. */
function places(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, part]) => places(part, at ? `${at}.${name}` : name));
}

function planted(value: unknown, at: string, what: unknown, plantName: boolean): unknown {
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = at.split('.');
  const last = names.pop()!;
  const owner = names.reduce((object, name) => object[name] as Record<string, unknown>, copy);
  if (plantName && !Array.isArray(owner)) owner[String(what)] = owner[last];
  else owner[last] = what;
  return copy;
}

/** The line with more in it than servers are known to write. */
const full = () => {
  const [request, response] = linesOf('openbao').map((line) => JSON.parse(line) as Record<string, object>);
  return [request!, response!].map((line) => ({
    ...line,
    error: 'e',
    unknown: { deep: ['u'] },
    forwarded_from: 'f',
    auth: {
      ...line.auth!,
      metadata: { username: 'm' },
      external_namespace_policies: { ns: ['x'] },
      unknown: 'u',
    },
    request: {
      ...line.request!,
      data: { password: 'd', list: ['d', { inner: 'd' }] },
      headers: { 'user-agent': ['a', 'b'], authorization: ['h'], 'x-vault-token': ['h'] },
      unknown: 'u',
    },
    response: {
      ...(line.response ?? {}),
      data: { value: 'd', error: 'd' },
      secret: { lease_id: 's' },
      warnings: ['w'],
      redirect: 'r',
      headers: { 'x-secret': ['h'] },
      wrap_info: { token: 't', accessor: 'a', creation_path: 'c', wrapped_accessor: 'a' },
      auth: { client_token: 't', accessor: 'a', display_name: 'n', metadata: { key: 'm' } },
    },
  }));
};

describe('what a line gives', () => {
  it('holds nothing that was planted in a place that is not its contract, as a value or as a name', () => {
    const lines = full();
    const spots = lines.flatMap((line) => places(line).map((at) => ({ line, at })));
    expect(spots.length).toBeGreaterThan(100);
    fc.assert(
      fc.property(
        fc.constantFrom(...spots.filter(({ at }) => !identity.test(at))),
        fc.constantFrom('S3cr3t-planted', 'hmac-sha256:S3cr3t-planted', 'S3cr3t-planted permission denied'),
        fc.boolean(),
        ({ line, at }, secret, plantName) => {
          const given = readLine(JSON.stringify(planted(line, at, secret, plantName)), lineContext);
          expect(JSON.stringify(given)).not.toContain('S3cr3t-planted');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('holds what is planted in the places of its contract, so that the property can fail', () => {
    const at = places(full()[0]).filter((place) => identity.test(place) && !/time|type$|remote/.test(place));
    const found = at.filter((place) =>
      JSON.stringify(
        readLine(JSON.stringify(planted(full()[0], place, 'S3cr3t-planted', false)), lineContext),
      ).includes('S3cr3t-planted'),
    );
    expect(found).toContain('request.path');
    expect(found).toContain('auth.display_name');
  });

  it('quotes nothing of a line that cannot be read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...full()),
        fc.nat(),
        fc.constantFrom('"', '}', ',', '\\', '\0'),
        (line, at, wrong) => {
          const text = JSON.stringify(line).replaceAll(/"(?:d|e|h)"/g, '"S3cr3t-planted"');
          const cut = at % text.length;
          const given = readLine(`${text.slice(0, cut)}${wrong}${text.slice(cut + 1)}`, lineContext);
          expect(JSON.stringify(given)).not.toContain('S3cr3t-planted');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
