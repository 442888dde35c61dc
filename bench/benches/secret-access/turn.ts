import { startCoreMeter } from '../../machine/core-load.ts';
import { OTHERS, TESTED } from '../../machine/cores.ts';
import { cpuTime } from '../../machine/cpu-time.ts';
import { now } from '../../measure/clock.ts';
import { percentile } from '../../measure/statistics.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import { recordsOf } from './audited-topic.ts';
import type { Auditing, ExampleVault, RunningVault } from './vault.ts';

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
  /** The same of the process that ships for it; NaN where there is none. */
  shipperCpuUs: number;
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
  auditing: Auditing,
  { durations, id, audited }: { durations: Durations; id: string; audited: boolean },
): Promise<VaultTurn> {
  const before = audited ? await recordsOf(vault.corner) : 0;
  const running = await vault.start(auditing, id);
  const { load, program, shipper } = running;
  try {
    await load.asFastAsItCan(durations.warmUp);
    const peak = await measurePeak(running, durations.peak);
    const latencies = await load.atRate(peak.peak / 2, durations.steady);
    if (auditing.audit === 'outbox')
      await waitUntil('the outbox is shipped', async () => (await vault.waiting()) === 0, {
        needs: [program],
      });
    load.close();
    await program.stop();
    // It ships what the vault has left before it ends.
    await shipper?.stop();
    const found = audited ? (await recordsOf(vault.corner)) - before : Infinity;
    if (found < load.answered)
      throw new Error(`${load.answered} requests were answered in ${id}, and ${found} records are there.`);
    return { ...peak, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
  } finally {
    load.close();
    await program.stop();
    await shipper?.stop();
  }
}

async function measurePeak({ load, program, shipper }: RunningVault, ms: number) {
  const [vaultCore, otherCore] = [startCoreMeter(TESTED), startCoreMeter(OTHERS)];
  const cpu = () => [cpuTime(program.pid), shipper ? cpuTime(shipper.pid) : NaN] as const;
  const [began, cpuBefore, before] = [now(), cpu(), load.answered];
  await load.asFastAsItCan(ms);
  const requests = load.answered - before;
  const [vaultUs, shipperUs] = cpu().map((us, i) => (us - cpuBefore[i]!) / requests);
  return {
    peak: (requests * 1000) / (now() - began),
    cpuUs: vaultUs!,
    shipperCpuUs: shipperUs!,
    vaultCore: vaultCore(),
    otherCore: otherCore(),
  };
}
