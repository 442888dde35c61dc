import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { hasGone, signalIfAlive } from './process-identity.mjs';
import { endLeftovers, killAll, ownerOf } from './process-table.mjs';
import { Progress } from './progress.mjs';

const patienceMs = 120_000;

/** The command behind `npm stop`: ends the supervisor of this checkout, or what a killed one left. Resolves to 0. */
export async function stop(root) {
  const dir = join(root, '.auditmesh');
  const progress = new Progress();
  const supervisor = ownerOf(dir);
  if (supervisor) {
    await progress.step(`Stopping Auditmesh (process ${supervisor.pid})`, () =>
      stopSupervisor(dir, supervisor),
    );
  }
  const left = await endLeftovers(dir);
  if (left.length > 0) progress.note(`Ended what an earlier run had left: ${left.join(', ')}.`);
  rmSync(join(dir, 'run.json'), { force: true });
  progress.note(
    supervisor || left.length > 0 ? 'Auditmesh has stopped; its data is kept.' : 'Nothing is running.',
  );
  return 0;
}

/** It stops everything in order by itself; if it hangs, all is killed. */
async function stopSupervisor(dir, supervisor) {
  signalIfAlive(supervisor, 'SIGTERM');
  if (await hasGone(supervisor, patienceMs)) return;
  signalIfAlive(supervisor, 'SIGKILL');
  killAll(dir);
}
