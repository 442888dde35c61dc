import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '@auditmesh/events';
import fc from 'fast-check';
import { candidatesOf } from './candidates.js';
import type { PlannedEvent } from './push-events.js';

const planned = (key: string | null, projects: number[]): PlannedEvent => ({
  key,
  projects,
  event: { id: `event of ${key}` } as AuditEvent,
});

const emitted = { log: '1.0', variant: 'on' };

describe('candidatesOf', () => {
  it('gives the header with the number of members, then a member per project by ascending id', () => {
    const all = [...candidatesOf([planned('k', [70, 80])], emitted)];
    expect(
      all.map(({ key, candidate: c }) => [key, c.ordinal, c.project_id, c.expected, c.event?.id, c.log]),
    ).toEqual([
      ['k', 0, null, 2, 'event of k', '1.0'],
      ['k', 1, 70, 2, undefined, '1.0'],
      ['k', 2, 80, 2, undefined, '1.0'],
    ]);
  });

  it('lets an event without a key pass alone', () => {
    const [{ key, candidate } = { key: '', candidate: undefined }, ...rest] = candidatesOf(
      [planned(null, [])],
      emitted,
    );
    expect(rest).toEqual([]);
    expect(key).toBe('1.0');
    expect(candidate).toMatchObject({ consolidation_key: null, ordinal: null, expected: null });
  });

  it('goes on after any number of candidates as if it had not been cut off', () => {
    const events = fc.array(fc.tuple(fc.boolean(), fc.nat(5)), { maxLength: 6 }).map((list) =>
      list.map(([keyed, size], i) =>
        keyed
          ? planned(
              `k${i}`,
              Array.from({ length: size }, (_, p) => p),
            )
          : planned(null, []),
      ),
    );
    fc.assert(
      fc.property(events, fc.nat(40), (list, skip) => {
        expect([...candidatesOf(list, { ...emitted, skip })]).toEqual(
          [...candidatesOf(list, emitted)].slice(skip),
        );
      }),
    );
  });
});
