import { setTimeout as wait } from 'node:timers/promises';
import type { Mesh } from '@auditmesh/local-stack';
import { SeededRandom } from '../faults/plan/seeded-random.ts';
import type { Application } from './application.ts';
import type { Shipper } from './shipper.ts';
import type { Size } from './sizes.ts';

const POLL_MS = 100;

/** What is killed by the run itself; all else belongs to the mesh. */
export interface Parts {
  /** Ships what it records. */
  application: Application;
  /** Lets `shipper` do it. */
  beside: Application;
  shipper: Shipper;
}

/**
 * Kills each part again and again, at times by chance, until the applications have been given `size.reads` secrets.
 *
 * @returns how many kills there were
 */
export async function killWhileReading(
  mesh: Mesh,
  parts: Parts,
  size: Size,
  seed: number,
  signal: AbortSignal,
): Promise<number> {
  const given = () => parts.application.told.given.size + parts.beside.told.given.size;
  let kills = 0;
  const enough = () => given() >= size.reads || signal.aborted;
  const killNowAndThen = async ([name, everyMs]: [string, number]) => {
    const random = new SeededRandom(`${seed}/${name}`);
    for (;;) {
      const due = Date.now() + random.int(everyMs / 2, everyMs * 1.5);
      while (Date.now() < due && !enough()) await wait(POLL_MS);
      if (enough()) return;
      if (isPart(name)) await parts[name].restart();
      else await mesh.process(name).kill('SIGKILL'); // it is kept alive
      kills++;
    }
  };
  await Promise.all(Object.entries(size.killEveryMs).map(killNowAndThen));
  signal.throwIfAborted();
  return kills;
}

const isPart = (name: string): name is keyof Parts => ['application', 'beside', 'shipper'].includes(name);

/** Takes Kafka away for so long. */
export async function withoutKafka(mesh: Mesh, forMs: number, signal: AbortSignal): Promise<void> {
  const kafka = mesh.process('kafka');
  await kafka.stop();
  try {
    await wait(forMs, undefined, { signal });
  } finally {
    await kafka.start();
  }
}
