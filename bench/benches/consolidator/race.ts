import type { AuditEvent } from '@auditmesh/events';
import { candidateCount, type CandidateMix } from '../../load/candidates.ts';
import type { Program } from '../../processes/program.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import type { Corner } from '../../stack/corner.ts';
import { EventWatch } from '../../stack/event-watch.ts';
import { differenceOf, faultOf } from './same-events.ts';

/** The same candidates for everyone, and the proof that everyone makes the same events of them. */
export class Race {
  private readonly mix: CandidateMix;
  private readonly warmUp: number;
  private expected: AuditEvent[] | undefined;

  /** @param warmUp share of the candidates that is not measured */
  constructor(mix: CandidateMix, warmUp: number) {
    this.mix = mix;
    this.warmUp = warmUp;
  }

  /**
   * Lets a consolidator run until its last event is visible, and resolves to the candidates per second after the warm-up,
   * told by the events, each of which stands for equally many.
   *
   * @param output where its events come, empty yet
   * @throws Error if they are not those that the one before made
   */
  async run(output: Corner, start: () => Promise<Program>): Promise<number> {
    const { windows, members } = this.mix;
    const watch = await EventWatch.start(output);
    try {
      const program = await start();
      try {
        await waitUntil('all events', () => watch.events.length >= windows, { needs: [program] });
      } finally {
        await program.stop();
      }
    } finally {
      await watch.stop();
    }
    this.compare(watch.events, members);
    return (watch.arrivals.rate(windows * this.warmUp, windows) * candidateCount(this.mix)) / windows;
  }

  private compare(events: AuditEvent[], members: number): void {
    this.expected ??= events;
    const faults = events.map((event) => faultOf(event, members)).filter((fault) => fault !== undefined);
    const fault = faults[0] ?? differenceOf(events, this.expected);
    if (fault) throw new Error(`The events are not as they should be. ${fault}`);
  }
}
