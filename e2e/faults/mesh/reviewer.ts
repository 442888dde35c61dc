import { setTimeout as wait } from 'node:timers/promises';
import { topics } from '@auditmesh/events';
import { reviewedControls } from '../plan/compliance.ts';
import { commandsOf, type Ask } from '../plan/review-load.ts';
import { readTopic } from '../verify/topic-record.ts';
import type { DirectKafka } from './direct-kafka.ts';
import { LoadSender } from './load-sender.ts';

const LOOK_MS = 2_000;
/** Violations that are reviewed at a time, so that it goes on for as long as the load does. */
const AT_ONCE = 2;

/**
 * Looks at violations as they become known and asks the engine to change them, as people do by the api. A violation that
 * somebody can see is known to whoever handles a command about it.
 */
export class Reviewer {
  readonly sender: LoadSender;
  private readonly kafka: DirectKafka;
  private readonly signal: AbortSignal;
  private readonly reviewed = new Set<string>();

  constructor(kafka: DirectKafka, signal: AbortSignal) {
    this.kafka = kafka;
    this.signal = signal;
    this.sender = new LoadSender(kafka, signal);
  }

  /** Makes the reviews, each of another violation, until there are none left or the load is over. @throws when aborted */
  async work(reviews: readonly Ask[][], load: Promise<unknown>): Promise<void> {
    let isOver = false;
    const ended = () => {
      isOver = true;
      return [];
    };
    const over = load.then(ended, ended);
    const left = [...reviews];
    while (left.length && !isOver) {
      await wait(LOOK_MS, undefined, { signal: this.signal });
      // A transaction that is left open holds up whoever reads.
      for (const { key, value } of await Promise.race([this.unseen(), over])) {
        const review = left.shift();
        if (!review) break;
        await this.sender.send(commandsOf(review, { key, value: value! }, Date.now() * 1_000));
      }
    }
    await this.sender.close();
  }

  /** The newest violations that were not looked at yet; none while Kafka cannot be read. */
  private async unseen() {
    const records = await readTopic(this.kafka, topics.complianceViolations).catch(() => []);
    const unseen = records.filter(({ value }) => {
      const id = value?.detection?.violation_id;
      return id && reviewedControls.includes(value.control) && !this.reviewed.has(id);
    });
    const newest = unseen.slice(-AT_ONCE);
    for (const { value } of newest) this.reviewed.add(value!.detection!.violation_id);
    return newest;
  }
}
