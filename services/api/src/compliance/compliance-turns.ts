import { topics } from '@auditmesh/events';
import { GroupOffsets, OpenTopics, partitionOf, pause } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ProjectedOffsets } from '../store/projected-offsets.js';
import { Turns } from '../tail/turns.js';

/** Connections that writers of one process hold while they work; the others are for the work itself. */
const MOST_AT_ONCE = 4;
const TURN_MS = 20_000;
const PROJECTION_MS = 15_000;
const RETRY_MS = 25;

/**
 * Lets one at a time change the frameworks and controls of a tenant, over all processes, and each see what was written
 * before: what is checked still holds when it is written.
 */
@Injectable()
export class ComplianceTurns {
  private readonly holders = new Turns(MOST_AT_ONCE);

  constructor(
    private readonly source: DataSource,
    private readonly open: OpenTopics,
    private readonly groups: GroupOffsets,
    private readonly projected: ProjectedOffsets,
  ) {}

  /** Resolves to what the work gives. @throws Problem 504 when the turn does not come, or the tables do not come up with the topic */
  async alone<T>(tenants: string[], work: () => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(TURN_MS);
    while (!signal.aborted) {
      const end = await this.holders.take(signal);
      if (!end) break;
      try {
        const done = await this.source.transaction(async (client) => {
          if (!(await locked(client, tenants))) return undefined;
          await this.catchUp(tenants);
          return { result: await work() };
        });
        if (done) return done.result;
      } finally {
        end();
      }
      await pause(RETRY_MS);
    }
    throw new Problem(
      504,
      'Others change the frameworks and controls of the namespace all the time; try again.',
    );
  }

  /** Waits until everything of the tenants that is in the topic is in the tables too. */
  private async catchUp(tenants: string[]): Promise<void> {
    const topic = this.open.get(topics.directoryChanges);
    const ends = await this.groups.ends(topic);
    const partitions = new Set(tenants.map((tenant) => partitionOf(tenant, topic.partitions)));
    for (const partition of partitions) {
      const last = { partition, offset: ends[partition]! - 1 };
      if (last.offset < 0) continue;
      if (!(await this.projected.includes(topics.directoryChanges.name, last, PROJECTION_MS)))
        throw new Problem(
          504,
          'The tables are behind the directory, so nothing can be checked against them; is the projector running?',
        );
    }
  }
}

/** Takes the locks of the tenants until the transaction ends. @returns whether none was somebody else's */
async function locked(client: EntityManager, tenants: string[]): Promise<boolean> {
  for (const tenant of new Set(tenants)) {
    const [{ taken }] = await client.query<[{ taken: boolean }]>(
      'SELECT pg_try_advisory_xact_lock(hashtext($1), hashtext($2)) AS taken',
      ['auditmesh.compliance', tenant],
    );
    if (!taken) return false;
  }
  return true;
}
