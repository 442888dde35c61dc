import { pause, type Written } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const POLL_MS = 20;

/** How far the projector has come. */
@Injectable()
export class ProjectedOffsets {
  constructor(private readonly source: DataSource) {}

  /**
   * Resolves to whether the record is in the read models; false when it is not within `timeoutMs`.
   *
   * @param topic declared name
   */
  async includes(
    topic: string,
    { partition, offset }: Pick<Written, 'partition' | 'offset'>,
    timeoutMs: number,
  ): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const rows = await this.source.query<unknown[]>(
        `SELECT 1 FROM kafka_offsets WHERE consumer_group = 'projector' AND topic = $1 AND partition = $2 AND next_offset > $3`,
        [topic, partition, offset],
      );
      if (rows.length) return true;
      if (Date.now() > deadline) return false;
      await pause(POLL_MS);
    }
  }
}
