import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bodies, LINE_BYTES } from '../../../test/bodies.js';
import { lineContext, useRules } from '../../../test/device-lines.js';
import { LineSplitter, type RawLine } from './line-splitter.js';
import { takeLine } from './taken-line.js';

const runs = Number(process.env.FUZZ_RUNS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`Bodies of audit devices by chance: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}\n`);

function linesIn(bytes: Buffer, chunk: number): RawLine[] {
  const splitter = new LineSplitter(LINE_BYTES);
  const found: RawLine[] = [];
  for (let at = 0; at < bytes.length; at += chunk)
    found.push(...splitter.push(bytes.subarray(at, at + chunk)));
  const last = splitter.end();
  return last ? [...found, last] : found;
}

describe('a body of an audit device by chance', () => {
  it('is accounted for line by line, whatever it holds and however it is split, and nothing is thrown', () => {
    let kept = 0;
    fc.assert(
      fc.property(bodies, fc.integer({ min: 1, max: 5_000 }), (bytes, chunk) => {
        const found = linesIn(bytes, chunk);
        expect(found.map(({ position, size }) => [position, size])).toEqual(
          linesIn(bytes, bytes.length || 1).map(({ position, size }) => [position, size]),
        );
        const nonEmpty = bytes
          .toString('latin1')
          .split('\n')
          .filter((text) => text.replace(/\r$/, '') !== '');
        expect(found).toHaveLength(nonEmpty.length);
        for (const raw of found) {
          const taken = takeLine(raw, lineContext, useRules);
          expect(Object.keys(taken)).toHaveLength(1);
          if (!('entry' in taken)) continue;
          kept++;
          const text = JSON.stringify(taken.entry);
          expect(text.length).toBeLessThan(60_000);
          expect(text.isWellFormed()).toBe(true);
          expect(JSON.parse(text)).toEqual(taken.entry);
        }
      }),
      { numRuns: runs, seed },
    );
    expect(kept).toBeGreaterThan(runs / 20);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
