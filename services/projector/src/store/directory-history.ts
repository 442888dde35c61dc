import { DirectoryOverTime } from '@auditmesh/compliance';
import { formatMicros, noEntity, topics, type DirectoryChanged } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { GROUP } from './group.js';
import { insertRows, micros } from './rows.js';

/** A change of the directory with what its record says of it. */
export interface RecordedDirectoryChange {
  change: DirectoryChanged;
  partition: number;
  offset: number;
  /** Append time of the record, ms. */
  recordedAt: number;
}

/** Versions that are read at a time. */
const PAGE = 500;

const columns = {
  partition: 'int',
  kafka_offset: 'bigint',
  key: 'text',
  tenant: 'text',
  valid_from: 'timestamptz',
  entry: 'jsonb',
};

/** Every version of the directory: in its table, and in memory, where it is read on as the table grows. */
@Injectable()
export class DirectoryHistory {
  private readonly directory = new DirectoryOverTime();
  /** By partition, the first offset that is not in memory. */
  private readonly next = new Map<number, number>();

  /** Adds versions of one partition, in their order. */
  async add(client: pg.ClientBase, changes: readonly RecordedDirectoryChange[]): Promise<void> {
    if (!changes.length) return;
    const partition = changes[0]!.partition;
    const { rows } = await client.query<{ micros: string }>(
      `SELECT ${micros('valid_from')} AS micros FROM directory_versions WHERE partition = $1 ORDER BY kafka_offset DESC LIMIT 1`,
      [partition],
    );
    let time = Number(rows[0]?.micros ?? 0);
    const versions = changes.map(({ change: { key, tenant, entry }, offset, recordedAt }) => {
      time = Math.max(time, recordedAt * 1000);
      return {
        partition,
        kafka_offset: offset,
        key,
        tenant,
        valid_from: formatMicros(time),
        entry: entry && setOf(entry),
      };
    });
    await insertRows(client, 'directory_versions', columns, versions, 'ON CONFLICT DO NOTHING');
  }

  /**
   * The directory as the transaction sees it. It may know more when a transaction that added to it is undone: the records
   * are the same when they come again.
   */
  async read(client: pg.ClientBase): Promise<DirectoryOverTime> {
    const { rows: grown } = await client.query<{ partition: number; next_offset: string }>(
      'SELECT partition, next_offset FROM kafka_offsets WHERE consumer_group = $1 AND topic = $2',
      [GROUP, topics.directoryChanges.name],
    );
    for (const { partition, next_offset } of grown)
      if (Number(next_offset) > (this.next.get(partition) ?? 0))
        await this.readOn(client, partition, Number(next_offset));
    return this.directory;
  }

  /** By the page, since a version of a framework names all its projects. */
  private async readOn(client: pg.ClientBase, partition: number, until: number): Promise<void> {
    for (;;) {
      const { rows } = await client.query<Version>(
        `SELECT kafka_offset AS offset, key, ${micros('valid_from')} AS micros, entry FROM directory_versions
         WHERE partition = $1 AND kafka_offset >= $2 AND kafka_offset < $3 ORDER BY kafka_offset LIMIT ${PAGE}`,
        [partition, this.next.get(partition) ?? 0, until],
      );
      for (const { offset, key, micros: time, entry } of rows) {
        const change = { key, entry: entry && { ...noEntity, ...entry } } as DirectoryChanged;
        this.directory.apply(change, { micros: Number(time), partition, offset: Number(offset) });
      }
      const read = rows.length < PAGE ? until : Number(rows.at(-1)!.offset) + 1;
      this.next.set(partition, Math.max(read, this.next.get(partition) ?? 0));
      if (rows.length < PAGE) return;
    }
  }
}

interface Version {
  offset: string;
  key: string;
  micros: string;
  entry: object | null;
}

const setOf = (entry: object): object =>
  Object.fromEntries(Object.entries(entry).filter(([, family]) => family !== null));
