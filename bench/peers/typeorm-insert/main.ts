/** Reads the first events of the topic and inserts them with TypeORM, a thousand at a time; then ends. */
import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type AuditEvent } from '@auditmesh/events';
import { KafkaClient, OpenTopics, readPartition } from '@auditmesh/kafka';
import { DataSource } from 'typeorm';
import { EventRowEntity, eventRow, type EventRow } from './event-row.ts';

const CHUNK = 1_000;
const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL, TOPIC_PREFIX, ROWS } = process.env as Record<
  string,
  string
>;

const client = new KafkaClient({
  brokers: KAFKA_BROKERS!.split(','),
  clientId: 'typeorm',
  prefix: TOPIC_PREFIX!,
});
const open = await OpenTopics.open(client, new SchemaRegistry(SCHEMA_REGISTRY_URL!), [topics.auditEvents]);
const { name, codec } = open.get(topics.auditEvents);
const source = await new DataSource({
  type: 'postgres',
  url: DATABASE_URL!,
  schema: 'trail',
  entities: [EventRowEntity],
  poolSize: 1,
}).initialize();
const repository = source.getRepository(EventRowEntity);

for await (const rows of chunks(Number(ROWS))) await repository.insert(rows);
await source.destroy();

async function* chunks(most: number): AsyncGenerator<EventRow[]> {
  let position = 0;
  let rows: EventRow[] = [];
  for await (const records of readPartition(client, name, 0)) {
    await codec.prepare(records.map((record) => record.valueBytes));
    for (const record of records) {
      const event: AuditEvent = codec.decode(record.valueBytes);
      rows.push(eventRow(event, record.key, record.timestamp, position++));
      if (rows.length < CHUNK && position < most) continue;
      yield rows;
      if (position === most) return;
      rows = [];
    }
  }
}
