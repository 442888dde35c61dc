import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nowhere } from './place.js';
import { eventOfUse, type ReportedUse } from './secret-event.js';

const reported = (change: Partial<ReportedUse['use']> = {}, outcome = 'success'): ReportedUse => ({
  use: {
    access_type: 'read',
    secret_id: 'kv/payments/db-password',
    secret_path: null,
    mount: null,
    version: null,
    operation: null,
    policies: [],
    request_id: null,
    error_code: null,
    guarantee: 'spooled',
    producer_id: 'vault/1',
    sequence: 1,
    corrects: null,
    ...change,
  },
  actor: { id: '1', type: 'user', name: null, email: null, ip: null, user_agent: null },
  outcome,
  occurredAt: 1_795_000_000_000_000,
  cause: { source: 'vault/1', id: '1', topic: 'secret.accesses.v1', traceId: null },
});

describe('the event of a use of a secret', () => {
  it.each([
    ['read', 'success', 'Read the secret kv/payments/db-password'],
    ['list', 'success', 'Listed the secrets below kv/payments/db-password'],
    ['write', 'denied', 'Was denied writing the secret kv/payments/db-password'],
    ['rotate', 'failure', 'Failed at rotating the secret kv/payments/db-password'],
  ])('says what was done: %s, %s', (access_type, outcome, message) => {
    const { event } = eventOfUse(reported({ access_type }, outcome), nowhere);
    expect(event).toMatchObject({
      type: `secret_${access_type}`,
      category: 'secret_access',
      message,
      outcome,
      target: { type: 'secret', id: 'kv/payments/db-password', name: 'db-password' },
    });
  });

  it('is small enough for the trail and can be stored there, whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.constantFrom('\u0001'.repeat(4_096), '\0'.repeat(4_096), 'ü'.repeat(4_096), '\ud800'),
    );
    const use = fc.record({
      secret_id: text,
      secret_path: text,
      mount: text,
      error_code: text,
      policies: fc.array(text),
    });
    fc.assert(
      fc.property(use, text, (change, name) => {
        const given = reported(change);
        const { event } = eventOfUse(
          { ...given, actor: { ...given.actor, name, user_agent: name } },
          nowhere,
        );
        const json = JSON.stringify(event);
        expect(Buffer.byteLength(json)).toBeLessThan(60_000);
        expect(json).not.toMatch(/(?<!\\)\\u(?:0000|d[89a-f])/);
      }),
    );
  });

  it('keeps ids apart that are too long for its message', () => {
    const ofId = (end: string) => eventOfUse(reported({ secret_id: 'x'.repeat(4_000) + end }), nowhere).event;
    expect(ofId('a').message).not.toBe(ofId('b').message);
    expect(ofId('a').secret_access!.secret_id).toHaveLength(4_001);
  });
});
