import { OpenTopics, RecordProducer } from '@auditmesh/kafka';
import type { TrailColumn } from '../../benches/projector/trail-columns.ts';
import type { Corner } from '../../stack/corner.ts';
import type { Database } from '../../stack/database.ts';

const TOPIC = 'flat';
const KEY = '1.0';
const SLICE = 2_000;

/** What a value of this type is in JSON: texts but for numbers, times with microseconds. */
const asJson: Record<string, (column: string) => string> = {
  bigint: (column) => column,
  'timestamp with time zone': (column) =>
    `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
};

/** What Connect must know of a text that is to become something else. */
const meanings: Record<string, object> = {
  uuid: { name: 'io.debezium.data.Uuid' },
  jsonb: { name: 'io.debezium.data.Json', parameters: { '__debezium.source.column.type': 'JSONB' } },
  'timestamp with time zone': { name: 'io.debezium.time.ZonedTimestamp' },
};

/** The rows of the trail as records of one flat JSON object each, in the order of the log, in a topic of one partition. */
export class FlatTwin {
  /** Name on the cluster. */
  readonly topic: string;
  /** Of the records, as Connect's JSON converter takes it; once they are written. */
  schema = '';
  private readonly corner: Corner;

  constructor(corner: Corner) {
    this.corner = corner;
    this.topic = corner.client.name(TOPIC);
  }

  async write(full: Database, columns: TrailColumn[]): Promise<void> {
    const { client, registry } = this.corner;
    this.schema = connectSchema(columns);
    await this.corner.apply([{ name: TOPIC, partitions: 1, config: {} }]);
    const producer = new RecordProducer(client, await OpenTopics.open(client, registry, []));
    await producer.connect();
    try {
      const fields = columns.map(({ name, type }) => `${asJson[type]?.(name) ?? `${name}::text`} AS ${name}`);
      for (let from = 0, values: Buffer[]; (values = await slice(full, fields, from)).length; from += SLICE) {
        const records = values.map((value) => ({ key: KEY, value, partition: 0, size: value.length + 100 }));
        await producer.sendEncoded(this.topic, records);
      }
    } finally {
      await producer.disconnect();
    }
  }
}

async function slice(full: Database, fields: string[], from: number): Promise<Buffer[]> {
  const rows = await full.query<{ json: string }>(
    `SELECT row_to_json(flat)::text AS json FROM (
       SELECT ${fields.join(', ')} FROM trail.audit_events e
       WHERE e.log = $1 AND e.log_position >= $2 AND e.log_position < $3 ORDER BY e.log_position
     ) flat`,
    [KEY, from, from + SLICE],
  );
  return rows.map(({ json }) => Buffer.from(json));
}

function connectSchema(columns: TrailColumn[]): string {
  const fields = columns.map(({ name, type }) => ({
    field: name,
    type: type === 'bigint' ? 'int64' : 'string',
    optional: true,
    ...meanings[type],
  }));
  return JSON.stringify({ type: 'struct', name: 'FlatAuditEvent', optional: false, fields });
}
