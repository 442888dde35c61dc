import type { Topic } from '@auditmesh/events';
import type { Batch } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import { GROUP } from './store/group.js';
import { Offsets, type OffsetRange } from './store/offsets.js';

/** Where the partitions of the group's topics stand in the database, as this process knows it. */
@Injectable()
export class TaskOffsets {
  private readonly expected = new Map<string, number | undefined>();

  constructor(private readonly offsets: Offsets) {}

  /** Asks the database. @returns by declared topic, undefined where it was never read */
  async read(partition: number, inputs: Topic<unknown>[]): Promise<Map<string, number | undefined>> {
    const names = inputs.map(({ name }) => name);
    const positions = await this.offsets.positions(GROUP, partition, names);
    for (const [topic, offset] of positions) this.expected.set(`${topic}/${partition}`, offset);
    return positions;
  }

  range({ topic, partition, nextOffset }: Batch<unknown>): OffsetRange {
    const expectedOffset = this.expected.get(`${topic.name}/${partition}`);
    return { group: GROUP, topic: topic.name, partition, expectedOffset, nextOffset };
  }

  /** To be called when the batch is durable. */
  moved({ topic, partition, nextOffset }: Batch<unknown>): void {
    this.expected.set(`${topic.name}/${partition}`, nextOffset);
  }
}
