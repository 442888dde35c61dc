import { describe, expect, it } from '@jest/globals';
import { CHUNK, MOST_SEEN, SEEN_FOR, SeenEvents } from './seen-uses.js';

const added = (count: number, at: (i: number) => number): SeenEvents => {
  const seen = new SeenEvents('1');
  for (let i = 0; i < count; i++) seen.add(`${i}`, i, at(i));
  return seen;
};

describe('uses that were seen', () => {
  it('are known for an hour', () => {
    const seen = added(1, () => 0);
    expect(seen.add('0', 1, SEEN_FOR)).toBe(false);
    expect(seen.add('0', 2, SEEN_FOR + 1)).toBe(true);
  });

  it('are bounded in number, the oldest being forgotten, also if all were appended at once', () => {
    const seen = added(MOST_SEEN + 3 * CHUNK, () => 7);
    expect(seen.add('0', -1, 7)).toBe(true);
    expect(seen.add(String(4 * CHUNK), -1, 7)).toBe(false);
    const changes = seen.drain();
    expect(changes.filter(({ value }) => value === null).length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...changes.map(({ value }) => value?.hashes.length ?? 0))).toBe(CHUNK);
  });

  it('are written with what was appended at the same time, and written off when they are forgotten', () => {
    const seen = added(4, (i) => Math.floor(i / 2));
    expect(seen.drain().map(({ key, value }) => [key, value?.hashes.length])).toEqual([
      ['seen/1/0', 2],
      ['seen/1/2', 2],
    ]);
    expect(seen.drain()).toEqual([]);
    seen.forget(SEEN_FOR + 1);
    expect(seen.drain()).toEqual([{ key: 'seen/1/0', value: null }]);
    seen.forget(SEEN_FOR + 2);
    expect(seen.isEmpty).toBe(true);
  });
});
