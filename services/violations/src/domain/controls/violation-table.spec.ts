import { eventId } from '@auditmesh/events';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ViolationTable } from './violation-table.js';

const idOf = (n: number) => eventId(1_795_000_000_000_000 + 1_000 * (n % 7), 'test', String(n));

describe('the table of violations', () => {
  it('finds each by its id, also when it has grown', () => {
    const table = new ViolationTable();
    const rows = Array.from({ length: 5_000 }, (_, n) => table.add(idOf(n), n % 10, 1_000 + n));
    for (const [n, row] of rows.entries()) {
      expect(table.find(idOf(n))).toBe(row);
      expect([table.idOf(row), table.trackOf(row), table.occurredAt(row)]).toEqual([
        idOf(n),
        n % 10,
        1_000 + n,
      ]);
    }
    expect([table.size, table.find(idOf(5_000))]).toEqual([5_000, undefined]);
  });

  it('takes less than 100 bytes for each', () => {
    const table = new ViolationTable();
    for (let n = 0; n < 20_000; n++) table.add(idOf(n), 0, 0);
    expect(table.bytes / table.size).toBeLessThan(100);
  });

  it('knows no violation by an id that is none', () => {
    const table = new ViolationTable();
    table.add(idOf(1), 0, 0);
    for (const id of ['', 'x', 'x'.repeat(36), idOf(1).slice(1), `${idOf(1)}0`]) {
      expect([table.has(id), table.find(id)]).toEqual([false, undefined]);
    }
  });

  it('tells one that was not made from one that was', () => {
    const table = new ViolationTable();
    table.addRelapse(idOf(1));
    table.add(idOf(2), 0, 0);
    expect([table.has(idOf(1)), table.find(idOf(1)), [...table.rows()]]).toEqual([true, undefined, [1]]);
  });

  it('does as a map does, whatever the ids', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid(), { maxLength: 200 }), (ids) => {
        const table = new ViolationTable();
        const map = new Map<string, number>();
        for (const [n, id] of ids.entries()) {
          expect(table.find(id)).toBe(map.get(id));
          if (!map.has(id)) map.set(id, table.add(id, n, n));
        }
        for (const [id, row] of map) expect([table.find(id), table.idOf(row)]).toEqual([row, id]);
      }),
    );
  });
});
