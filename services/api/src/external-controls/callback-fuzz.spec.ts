import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { refusalOf, statusGiven, type Callback } from './callback.js';
import { signCallback } from './signatures.js';

const runs = Number(process.env.FUZZ_RUNS ?? 1_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`Callbacks by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);

const now = 1_795_190_400_000;
const windowS = 15;
const secrets = ['a secret for the tests only', 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='];
const path = '/api/v1/projects/70/compliance_external_controls/312/status';

const nonce = fc.stringMatching(/^[0-9A-Za-z+]{32}$/);
const seconds = fc.integer({ min: now / 1_000 - windowS, max: now / 1_000 + windowS }).map(String);
const anything = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.anything());
const bodies = fc.oneof(
  fc.constantFrom('{"status":"pass"}', '{"status":"fail"}', 'status=pass', ''),
  fc.string(),
  fc.json(),
);
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
};

const genuine = fc
  .record({
    nonce,
    timestamp: seconds,
    body: bodies,
    secret: fc.constantFrom(...secrets),
    byBody: fc.boolean(),
  })
  .map(({ nonce: n, timestamp, body, secret, byBody }): Callback => {
    const status = statusGiven(parsed(body), { status: 'pass' });
    const named = `status=${typeof status.value === 'string' ? status.value : ''}`;
    const data = byBody && status.isInBody ? Buffer.from(body) : named;
    const signature = signCallback(secret, { timestamp, nonce: n, path, data });
    return {
      projectId: '70',
      controlId: '312',
      path,
      timestamp,
      nonce: n,
      signature,
      body: Buffer.from(body),
      status,
    };
  });

describe('callbacks by chance', () => {
  it('are never taken without a signature, and never throw', () => {
    const forged = fc.record({
      projectId: fc.string(),
      controlId: fc.string(),
      path: fc.oneof(fc.constant(path), fc.string()),
      timestamp: fc.oneof(seconds, anything),
      nonce: fc.oneof(nonce, anything),
      signature: fc.oneof(fc.stringMatching(/^[0-9a-f]{64}$/), anything),
      body: bodies.map((text) => Buffer.from(text)),
      status: fc.record({
        value: fc.oneof(fc.constantFrom('pass', 'fail'), anything),
        isInBody: fc.boolean(),
      }),
    });
    fc.assert(
      fc.property(forged, (callback) => {
        expect(refusalOf(callback, secrets, now, windowS)).toBeDefined();
      }),
      { numRuns: runs, seed },
    );
  });

  it('are taken as they were signed, and not with one character changed', () => {
    const change = fc.constantFrom('timestamp', 'nonce', 'signature', 'path');
    fc.assert(
      fc.property(
        genuine,
        change,
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (callback, field, at, by) => {
          expect(refusalOf(callback, secrets, now, windowS)).toBeUndefined();
          const text = String(callback[field]);
          const place = at % text.length;
          const other = text.slice(0, place) + by + text.slice(place + 1);
          fc.pre(other.toLowerCase() !== text.toLowerCase() || (field !== 'signature' && other !== text));
          expect(refusalOf({ ...callback, [field]: other }, secrets, now, windowS)).toBeDefined();
        },
      ),
      { numRuns: runs, seed },
    );
  });

  it('are not taken with the other verdict, wherever it stands', () => {
    fc.assert(
      fc.property(genuine, fc.boolean(), (callback, isInBody) => {
        const value = callback.status.value === 'pass' ? 'fail' : 'pass';
        const body = Buffer.from(isInBody ? `{"status":"${value}"}` : '');
        expect(refusalOf({ ...callback, body, status: { value, isInBody } }, secrets, now, windowS)).toBe(
          'signature',
        );
      }),
      { numRuns: runs, seed },
    );
  });

  it('are not taken by any secret of another control', () => {
    fc.assert(
      fc.property(genuine, fc.array(fc.string()), (callback, others) => {
        const foreign = others.filter((secret) => !secrets.includes(secret));
        expect(refusalOf(callback, foreign, now, windowS)).toBeDefined();
      }),
      { numRuns: runs, seed },
    );
  });
});
