import { Catalog, topics, type AuditEvent, type Topic } from '@auditmesh/events';
import { BatchHandler, PositionsHandler, type Batch, type MakeDurable, type Reject } from '@auditmesh/kafka';
import { secondsHistogram } from '@auditmesh/runtime';
import { Controller } from '@nestjs/common';
import { faultOf } from './domain/event-fault.js';
import type { EventRow, RecordedEvent } from './domain/event-row.js';
import { AuditEvents } from './store/audit-events.js';
import { GROUP } from './store/group.js';
import { TaskOffsets } from './task-offsets.js';

const delay = secondsHistogram(
  'auditmesh_projection_delay_seconds',
  'From the append of an event to its row.',
);

/** Carries the audit trail into PostgreSQL, where the offsets of record are. */
@Controller()
export class TrailHandler {
  /** By partition, the latest occurred_at that can be in the trail; an event has its id's partition for ever. */
  private readonly frontiers = new Map<number, string>();

  constructor(
    private readonly events: AuditEvents,
    private readonly offsets: TaskOffsets,
    private readonly catalog: Catalog,
  ) {}

  @PositionsHandler(GROUP)
  async positions(partition: number, inputs: Topic<unknown>[]): Promise<Map<string, number | undefined>> {
    const positions = await this.offsets.read(partition, inputs);
    this.frontiers.set(partition, await this.events.latest());
    return positions;
  }

  @BatchHandler(GROUP, topics.auditEvents)
  async handleEvents(batch: Batch<AuditEvent>, reject: Reject): Promise<MakeDurable> {
    const events: RecordedEvent[] = [];
    const rejected: Parameters<Reject>[0] = [];
    for (const record of batch.records) {
      const { value: event, key: log, timestamp: recordedAt } = record;
      const reason = faultOf(event, log, recordedAt, this.catalog);
      if (reason) rejected.push({ record, code: 'INVALID_RECORD', reason });
      else events.push({ event, log, recordedAt });
    }
    await reject(rejected);
    const prepared = await this.events.prepare(events);
    return async () => {
      const frontier = this.frontiers.get(batch.partition)!;
      await this.events.write(this.offsets.range(batch), prepared, frontier);
      this.offsets.moved(batch);
      this.frontiers.set(batch.partition, latestOf(prepared, frontier));
      for (const { recordedAt } of events) delay.observe((Date.now() - recordedAt) / 1000);
    };
  }
}

function latestOf(rows: EventRow[], frontier: string): string {
  let latest = frontier;
  for (const { occurredAt } of rows) if (occurredAt > latest) latest = occurredAt;
  return latest;
}
