import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Database } from './database.js';
import { OffsetMoved } from './postgres-error.js';

/** The offsets of record: they move in the transaction that makes the effect durable. */
@Injectable()
export class Offsets {
  constructor(private readonly database: Database) {}

  /** By declared topic, where the group reads on; undefined where it never read. */
  async positions(
    group: string,
    partition: number,
    topics: string[],
  ): Promise<Map<string, number | undefined>> {
    const { rows } = await this.database.with((client) =>
      client.query<{ topic: string; next_offset: string }>(
        'SELECT topic, next_offset FROM kafka_offsets WHERE consumer_group = $1 AND partition = $2',
        [group, partition],
      ),
    );
    const known = new Map(rows.map((row) => [row.topic, Number(row.next_offset)]));
    return new Map(topics.map((topic) => [topic, known.get(topic)]));
  }

  /**
   * Moves the offset over the range, as part of the caller's transaction; locks it against other writers.
   *
   * @throws OffsetMoved if another process was faster; the caller MUST let its transaction roll back
   */
  static async move(
    client: pg.ClientBase,
    { group, topic, partition, expectedOffset, nextOffset }: OffsetRange,
  ): Promise<void> {
    const values = [group, topic, partition, nextOffset];
    const { rowCount } =
      expectedOffset === undefined
        ? await client.query(
            'INSERT INTO kafka_offsets VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
            values,
          )
        : await client.query(
            'UPDATE kafka_offsets SET next_offset = $4 WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND next_offset = $5',
            [...values, expectedOffset],
          );
    if (rowCount !== 1)
      throw new OffsetMoved(`${group} at ${topic}/${partition} is no longer at ${expectedOffset}.`);
  }
}

/** Where a batch lies: what is durable before it, and what is after it. */
export interface OffsetRange {
  group: string;
  /** Declared name. */
  topic: string;
  partition: number;
  /** undefined for a partition that was never read. */
  expectedOffset: number | undefined;
  nextOffset: number;
}
