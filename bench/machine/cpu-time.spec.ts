import { describe, expect, it } from '@jest/globals';
import { ticksIn } from './cpu-time.ts';

describe('the state of a process as Linux tells it', () => {
  it('has the ticks of the process and of its children that ended, whatever its name is', () => {
    const stat =
      '4711 (post) gres) S 1 4711 4711 0 -1 4194560 900 80 7 0 120 30 500 60 20 0 1 0 8123 1024 77';
    expect(ticksIn(stat)).toEqual({ own: 150, ended: 560 });
  });
});
