import { topics, type AuditEvent } from '@auditmesh/events';
import { GlobalTable } from '@auditmesh/kafka';
import { now } from '../measure/clock.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Corner } from './corner.ts';

/** Reads `audit.events.v1` of a corner as others read it: committed records only, as they become visible. */
export class EventWatch {
  readonly events: AuditEvent[] = [];
  readonly arrivals = new Timeline();
  private table: GlobalTable<AuditEvent> | undefined;

  /** Resolves when what is there is read; goes on until `stop`. */
  static async start(corner: Corner): Promise<EventWatch> {
    const watch = new EventWatch();
    const { codec } = (await corner.open([topics.auditEvents])).get(topics.auditEvents);
    watch.table = new GlobalTable(corner.client, topics.auditEvents, codec, (_key, event) => {
      if (!event) return;
      watch.events.push(event);
      watch.arrivals.add(now(), watch.events.length);
    });
    await watch.table.start();
    return watch;
  }

  async stop(): Promise<void> {
    await this.table?.stop();
  }
}
