import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventId } from './event-id.js';

const micros = fc.integer({ min: 0, max: 4_102_444_800_000_000 });

describe('eventId', () => {
  it('is a UUIDv8 whose first 48 bits are the millisecond', () => {
    const id = eventId(1_763_632_800_123_456, 'sdk', 'a');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(1_763_632_800_123);
  });

  it('sorts by time whatever the cause', () => {
    fc.assert(
      fc.property(micros, micros, fc.string(), fc.string(), (a, b, x, y) => {
        const [early, late] = a < b ? [a, b] : [b, a];
        fc.pre(Math.floor(early / 1000) < Math.floor(late / 1000));
        expect(eventId(early, x) < eventId(late, y)).toBe(true);
      }),
    );
  });

  it('differs when any part of the cause differs, also where the parts join to the same text', () => {
    expect(eventId(0, 'ab', 'c')).not.toBe(eventId(0, 'a', 'bc'));
    expect(eventId(0, 'a')).not.toBe(eventId(0, 'a', ''));
  });
});
