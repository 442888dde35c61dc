import { setTimeout as wait } from 'node:timers/promises';
import type { Topic } from '@auditmesh/events';
import { now } from '../measure/clock.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Corner } from './corner.ts';

const EVERY_MS = 50;

/** Sees from outside how far a consumer group has come in partition 0 of a topic, by the offset that it committed. */
export class OffsetWatch {
  readonly commits = new Timeline();
  private stopped = false;
  private failed: unknown;
  private looking: Promise<void> = Promise.resolve();

  /** @param group declared name */
  static start(corner: Corner, group: string, topic: Topic<unknown>): OffsetWatch {
    const watch = new OffsetWatch();
    watch.looking = watch.goOn(corner, group, topic).catch((error: unknown) => {
      watch.failed = error;
    });
    return watch;
  }

  /** The newest offset seen. @throws what keeps it from looking */
  get offset(): number {
    if (this.failed) throw this.failed as Error;
    return this.commits.count;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
  }

  private async goOn({ client }: Corner, group: string, topic: Topic<unknown>): Promise<void> {
    const admin = client.admin();
    await admin.connect();
    const asked = { groupId: client.name(group), topics: [client.topicName(topic)] };
    try {
      while (!this.stopped) {
        const [answer] = await admin.fetchOffsets(asked);
        this.commits.add(now(), Number(answer!.partitions[0]?.offset ?? 0));
        await wait(EVERY_MS);
      }
    } finally {
      await admin.disconnect();
    }
  }
}
