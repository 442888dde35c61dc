import { startCoreMeter } from '../../machine/core-load.ts';
import { OTHERS, TESTED } from '../../machine/cores.ts';
import { cpuTime } from '../../machine/cpu-time.ts';
import { now } from '../../measure/clock.ts';
import { percentile } from '../../measure/statistics.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import { recordsOf } from './audited-topic.ts';
import type { ExampleVault, RunningVault } from './vault.ts';

/** How long each part of a turn takes, ms. */
export interface Durations {
  warmUp: number;
  peak: number;
  steady: number;
}

/** What one turn of one guarantee came to. */
export interface VaultTurn {
  /** Requests per second, as many as it could. */
  peak: number;
  /** CPU time of the vault's process per request, user and system, µs. */
  cpuUs: number;
  /** ms, at half of that rate. */
  p50: number;
  p99: number;
  /** Share of the time in which the vault's core, and the one of all others, had something to do at the peak, percent. */
  vaultCore: number;
  otherCore: number;
}

/**
 * Measures the vault audited in one way.
 *
 * @param audited whether each request must be found on the topic
 * @throws Error if records are missing
 */
export async function measureTurn(
  vault: ExampleVault,
  audit: string,
  { durations, id, audited }: { durations: Durations; id: string; audited: boolean },
): Promise<VaultTurn> {
  const before = audited ? await recordsOf(vault.corner) : 0;
  const running = await vault.start(audit, id);
  const { load, program } = running;
  try {
    await load.asFastAsItCan(durations.warmUp);
    const peak = await measurePeak(running, durations.peak);
    const latencies = await load.atRate(peak.peak / 2, durations.steady);
    if (audit === 'outbox')
      await waitUntil('the outbox is shipped', async () => (await vault.waiting()) === 0, {
        needs: [program],
      });
    load.close();
    await program.stop();
    const found = audited ? (await recordsOf(vault.corner)) - before : Infinity;
    if (found < load.answered)
      throw new Error(
        `${load.answered} requests were answered with ${audit}, and ${found} records are there.`,
      );
    return { ...peak, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
  } finally {
    load.close();
    await program.stop();
  }
}

async function measurePeak({ load, program }: RunningVault, ms: number) {
  const [vaultCore, otherCore] = [startCoreMeter(TESTED), startCoreMeter(OTHERS)];
  const [began, cpuBefore, before] = [now(), cpuTime(program.pid), load.answered];
  await load.asFastAsItCan(ms);
  const requests = load.answered - before;
  return {
    peak: (requests * 1000) / (now() - began),
    cpuUs: (cpuTime(program.pid) - cpuBefore) / requests,
    vaultCore: vaultCore(),
    otherCore: otherCore(),
  };
}
