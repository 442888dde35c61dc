import type { AuditEvent } from '@auditmesh/events';
import type { CandidateMix } from '../../load/candidates.ts';
import { startMeter } from '../../machine/cpu-meter.ts';
import type { Turn } from '../../measure/contest.ts';
import type { Cost } from '../../measure/cost.ts';
import type { Program } from '../../processes/program.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import type { Corner } from '../../stack/corner.ts';
import { EventWatch } from '../../stack/event-watch.ts';
import { differenceOf, faultOf } from './same-events.ts';

/** The same candidates for everyone, and the proof that everyone makes the same events of them. */
export class Race {
  private readonly mix: CandidateMix;
  private readonly warmUp: number;
  private readonly brokerPid: number;
  private expected: AuditEvent[] | undefined;

  /**
   * @param warmUp share of the candidates that is not measured
   * @param brokerPid whose CPU time counts as that of Kafka
   */
  constructor(mix: CandidateMix, warmUp: number, brokerPid: number) {
    this.mix = mix;
    this.warmUp = warmUp;
    this.brokerPid = brokerPid;
  }

  /**
   * Lets a consolidator run until its last event is visible. Candidates are told by the events, each of which stands for
   * equally many.
   *
   * @param output where its events come, empty yet
   * @throws Error if they are not those that the one before made
   */
  async run(output: Corner, start: () => Promise<Program>): Promise<Turn> {
    const { windows, members } = this.mix;
    const watch = await EventWatch.start(output);
    let perCandidate: Cost;
    try {
      const program = await start();
      try {
        const warm = () => watch.events.length >= windows * this.warmUp;
        await waitUntil('the end of the warm-up', warm, { needs: [program] });
        const [cost, before] = [startMeter(program.pid, this.brokerPid), watch.events.length];
        await waitUntil('all events', () => watch.events.length >= windows, { needs: [program] });
        perCandidate = cost((windows - before) * (1 + members));
      } finally {
        await program.stop();
      }
    } finally {
      await watch.stop();
    }
    this.compare(watch.events, members);
    const events = watch.arrivals.rate(windows * this.warmUp, windows);
    return { speed: events * (1 + members), cost: perCandidate };
  }

  private compare(events: AuditEvent[], members: number): void {
    this.expected ??= events;
    const faults = events.map((event) => faultOf(event, members)).filter((fault) => fault !== undefined);
    const fault = faults[0] ?? differenceOf(events, this.expected);
    if (fault) throw new Error(`The events are not as they should be. ${fault}`);
  }
}
