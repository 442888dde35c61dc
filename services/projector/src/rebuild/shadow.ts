import {
  Catalog,
  topics,
  type AuditEvent,
  type ComplianceChange,
  type DirectoryChanged,
} from '@auditmesh/events';
import { KafkaClient, OpenTopics, readPartition, type ConsumedRecord } from '@auditmesh/kafka';
import type { SchemaRegistry } from '@auditmesh/avro';
import { faultOfChange } from '../domain/compliance-fault.js';
import { faultOf } from '../domain/event-fault.js';
import { isStorable } from '../domain/storable-text.js';
import { AuditEvents } from '../store/audit-events.js';
import type { Database } from '../store/database.js';
import { DirectoryHistory } from '../store/directory-history.js';
import { DirectoryTables } from '../store/directory.js';
import { GROUP } from '../store/group.js';
import { Offsets, type OffsetRange } from '../store/offsets.js';
import { Statuses } from '../store/statuses.js';
import { Violations } from '../store/violations.js';

/** In the order in which they are read. */
const inputs = [topics.directoryChanges, topics.auditEvents, topics.complianceViolations];

/** The read models, written a second time from the topics alone. */
export class Shadow {
  private readonly events: AuditEvents;
  private readonly directory: DirectoryTables;
  private readonly violations: Violations;
  private readonly offsets: Offsets;
  private readonly positions = new Map<string, number | undefined>();

  private constructor(
    private readonly client: KafkaClient,
    private readonly topics: OpenTopics,
    database: Database,
    private readonly catalog: Catalog,
  ) {
    this.events = new AuditEvents(database);
    const history = new DirectoryHistory();
    const statuses = new Statuses(history);
    this.directory = new DirectoryTables(database, history, statuses);
    this.violations = new Violations(database, statuses);
    this.offsets = new Offsets(database);
  }

  static async open(
    client: KafkaClient,
    registry: SchemaRegistry,
    database: Database,
    catalog: Catalog,
  ): Promise<Shadow> {
    return new Shadow(client, await OpenTopics.open(client, registry, inputs), database, catalog);
  }

  /**
   * Reads on where it stands, up to what is in the topics when this is called, or up to the offsets given.
   *
   * @param until by declared topic and partition, as `{topic}/{partition}`
   * @param onProgress called with the number of records read
   */
  async readOn(
    until?: ReadonlyMap<string, number>,
    onProgress: (records: number) => void = () => undefined,
  ): Promise<void> {
    for (const topic of inputs) {
      const { name, partitions, codec } = this.topics.get(topic as typeof topics.auditEvents);
      for (let partition = 0; partition < partitions; partition++) {
        const place = `${topic.name}/${partition}`;
        const from = await this.position(topic.name, partition);
        const end = until?.get(place);
        if (until && (end === undefined || end <= (from ?? 0))) continue;
        for await (const chunk of readPartition(this.client, name, partition, end)) {
          const records = chunk.filter((record) => record.offset >= (from ?? 0));
          await codec.prepare(records.map((record) => record.valueBytes));
          await this.write(topic.name, partition, records);
          onProgress(records.length);
        }
      }
    }
  }

  private async write(topic: string, partition: number, records: ConsumedRecord[]): Promise<void> {
    if (!records.length) return;
    const place = `${topic}/${partition}`;
    const nextOffset = records.at(-1)!.offset + 1;
    const range: OffsetRange = {
      group: GROUP,
      topic,
      partition,
      expectedOffset: this.positions.get(place),
      nextOffset,
    };
    if (topic === topics.auditEvents.name) await this.writeEvents(range, records);
    else if (topic === topics.directoryChanges.name) await this.writeDirectory(range, records);
    else await this.writeViolations(range, records);
    this.positions.set(place, nextOffset);
  }

  /** What the projector put into its dead-letter queue is left out: it lies there. */
  private async writeEvents(range: OffsetRange, records: ConsumedRecord[]): Promise<void> {
    const { codec } = this.topics.get(topics.auditEvents);
    const events = records.flatMap((record) => {
      const event = decoded<AuditEvent>(codec, record);
      const { key: log, timestamp: recordedAt } = record;
      return event && !faultOf(event, log, recordedAt, this.catalog) ? [{ event, log, recordedAt }] : [];
    });
    await this.events.write(range, await this.events.prepare(events), ALL);
  }

  private async writeDirectory(range: OffsetRange, records: ConsumedRecord[]): Promise<void> {
    const { codec } = this.topics.get(topics.directoryChanges);
    const changes = records.flatMap((record) => {
      const change = decoded<DirectoryChanged>(codec, record);
      const { offset, timestamp: recordedAt } = record;
      return change && isStorable(change) ? [{ change, partition: range.partition, offset, recordedAt }] : [];
    });
    await this.directory.write(range, changes);
  }

  private async writeViolations(range: OffsetRange, records: ConsumedRecord[]): Promise<void> {
    const { codec } = this.topics.get(topics.complianceViolations);
    const changes = records.flatMap((record) => {
      const change = decoded<ComplianceChange>(codec, record);
      const { key: log, offset, timestamp: recordedAt } = record;
      return change && !faultOfChange(change, log, recordedAt) ? [{ change, log, offset, recordedAt }] : [];
    });
    await this.violations.write(range, changes, () => Promise.resolve());
  }

  private async position(topic: string, partition: number): Promise<number | undefined> {
    const place = `${topic}/${partition}`;
    if (!this.positions.has(place)) {
      for (const [name, offset] of await this.offsets.positions(GROUP, partition, [topic]))
        this.positions.set(`${name}/${partition}`, offset);
    }
    return this.positions.get(place);
  }
}

/** Every event is looked up before it is written. */
const ALL = '9999';

function decoded<T>(codec: { decode(bytes: Buffer | null): T }, record: ConsumedRecord): T | undefined {
  try {
    return codec.decode(record.valueBytes);
  } catch {
    return undefined;
  }
}
