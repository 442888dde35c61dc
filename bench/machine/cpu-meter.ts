import type { Cost } from '../measure/cost.ts';
import { cpuTime } from './cpu-time.ts';

/** Measures from now on what a program and the server behind it use. @returns what each of so many records took */
export function startMeter(program: number, server: number): (records: number) => Cost {
  const [programBefore, serverBefore] = [cpuTime(program), cpuTime(server)];
  return (records) => ({
    program: (cpuTime(program) - programBefore) / records,
    server: (cpuTime(server) - serverBefore) / records,
  });
}
