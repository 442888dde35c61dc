import { describe, expect, it } from '@jest/globals';
import { cpuTime } from './cpu-time.ts';

describe('the CPU time of a process', () => {
  const linux = process.platform === 'linux' ? it : it.skip;

  linux('grows by what the process works', () => {
    const before = cpuTime(process.pid);
    const used = process.cpuUsage();
    let spent = 0;
    while (spent < 200_000) {
      const { user, system } = process.cpuUsage(used);
      spent = user + system;
    }
    expect(cpuTime(process.pid) - before).toBeGreaterThan(150_000);
  });

  it('is not known of a process that is not there', () => {
    expect(cpuTime(2 ** 30)).toBeNaN();
  });
});
