import { topics } from '@auditmesh/events';
import { readPartition } from '@auditmesh/kafka';
import { candidateCountOf, type PolicyHistory } from '../../load/policy-changes.ts';
import { startMeter } from '../../machine/cpu-meter.ts';
import type { Turn } from '../../measure/contest.ts';
import type { Cost } from '../../measure/cost.ts';
import type { Program } from '../../processes/program.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import type { Corner } from '../../stack/corner.ts';
import { PushWatch } from '../../stack/push-watch.ts';

/** The same pushes for every setting of the flag, and the proof that it did what it says. */
export class PushRace {
  private readonly history: PolicyHistory;
  private readonly warmUp: number;
  private readonly brokerPid: number;

  /**
   * @param warmUp share of the pushes that is not measured
   * @param brokerPid whose CPU time counts as that of Kafka
   */
  constructor(history: PolicyHistory, warmUp: number, brokerPid: number) {
    this.history = history;
    this.warmUp = warmUp;
    this.brokerPid = brokerPid;
  }

  /**
   * Lets policy-sync run until its last push is applied.
   *
   * @param emits whether the events are to come out
   * @throws Error if other events came out than should
   */
  async run(corner: Corner, emits: boolean, start: () => Promise<Program>): Promise<Turn> {
    const { pushes } = this.history;
    const watch = await PushWatch.start(corner);
    let cost: Cost;
    try {
      const program = await start();
      try {
        const needs = [program];
        await waitUntil('the end of the warm-up', () => watch.count >= pushes * this.warmUp, { needs });
        const [costOf, before] = [startMeter(program.pid, this.brokerPid), watch.count];
        await waitUntil('all pushes', () => watch.count >= pushes, { needs });
        cost = costOf(pushes - before);
      } finally {
        await program.stop();
      }
    } finally {
      await watch.stop();
    }
    await this.check(corner, emits, watch);
    return { speed: watch.arrivals.rate(pushes * this.warmUp, pushes), cost };
  }

  private async check(corner: Corner, emits: boolean, watch: PushWatch): Promise<void> {
    const expected = emits ? candidateCountOf(this.history) : 0;
    const heldBack = emits ? 0 : this.history.pushes;
    const found = await candidatesIn(corner);
    if (found !== expected || watch.heldBack !== heldBack)
      throw new Error(
        `Expected ${expected} candidates and ${heldBack} pushes held back, got ${found} and ${watch.heldBack}.`,
      );
  }
}

async function candidatesIn({ client }: Corner): Promise<number> {
  let count = 0;
  for await (const records of readPartition(client, client.topicName(topics.auditCandidates), 0))
    count += records.length;
  return count;
}
