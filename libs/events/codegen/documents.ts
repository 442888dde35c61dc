import { stringify } from 'yaml';
import { generatedNote, table } from './markdown.ts';
import type { ArraySchema, RecordSchema, Schema } from './schema-files.ts';
import type { TopicDeclaration, TopicsFile } from './topics.ts';
import { kafkaConfig } from './topics.ts';

/** AsyncAPI 3.0 document of all topics. */
export function asyncApi(file: TopicsFile, schemas: Map<string, RecordSchema>): string {
  const channels: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  const messages: Record<string, unknown> = {};
  for (const topic of file.topics) {
    const name = topic.schema.split('.').at(-1)!;
    messages[name] = {
      name: topic.schema,
      contentType: 'application/avro',
      headers: cloudEventHeaders,
      payload: {
        schemaFormat: 'application/vnd.apache.avro+json;version=1.9.0',
        schema: schemas.get(topic.schema),
      },
    };
    channels[topic.name] = {
      address: topic.name,
      description: topic.description,
      messages: { [name]: { $ref: `#/components/messages/${name}` } },
      bindings: {
        kafka: {
          partitions: topic.partitions,
          topicConfiguration: { 'cleanup.policy': topic.cleanup.split(',') },
        },
      },
    };
    for (const [action, parts] of [
      ['send', topic.writers],
      ['receive', topic.readers],
    ] as const) {
      for (const part of parts) {
        operations[`${part}.${action}.${topic.name}`] = {
          action,
          channel: { $ref: `#/channels/${topic.name}` },
        };
      }
    }
  }
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'Auditmesh topics', version: '1', description: generatedNote },
    defaultContentType: 'application/avro',
    channels,
    operations,
    components: { messages },
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

const cloudEventHeaders = {
  type: 'object',
  description: 'CloudEvents 1.0, Kafka protocol binding, binary content mode; W3C Trace Context.',
  properties: Object.fromEntries(
    [
      'ce_specversion',
      'ce_id',
      'ce_type',
      'ce_source',
      'ce_time',
      'ce_subject',
      'content-type',
      'traceparent',
    ].map((h) => [h, { type: 'string' }]),
  ),
};

/** A page per topic for people. */
export function topicPage(topic: TopicDeclaration, record: RecordSchema): string {
  const config = Object.entries(kafkaConfig(topic)).map(([k, v]) => `| \`${k}\` | \`${v}\` |`);
  return (
    [
      `# ${topic.name}`,
      `<!-- ${generatedNote} -->`,
      topic.description,
      table(
        ['', ''],
        [
          ['Key', topic.key],
          ['Value', `Avro \`${topic.schema}\`, subject \`${topic.name}-value\``],
          ['Partitions', String(topic.partitions)],
          ['Owner', topic.owner],
          ['Written by', topic.writers.join(', ')],
          ['Read by', topic.readers.join(', ')],
        ],
      ),
      `## Configuration\n\n| setting | value |\n|---|---|\n${config.join('\n')}`,
      `## Value\n\n${record.doc}\n\n${table(['field', 'type', 'meaning'], fieldRows(record, '', new Set()))}`,
    ].join('\n\n') + '\n'
  );
}

function fieldRows(record: RecordSchema, prefix: string, seen: Set<string>): string[][] {
  if (seen.has(record.name)) return [];
  seen.add(record.name);
  return record.fields.flatMap((field) => {
    const nested = nestedRecord(field.type);
    const row = [`\`${prefix}${field.name}\``, typeText(field.type), field.doc ?? ''];
    return [row, ...(nested ? fieldRows(nested, `${prefix}${field.name}.`, seen) : [])];
  });
}

function nestedRecord(schema: Schema): RecordSchema | undefined {
  if (typeof schema === 'string') return undefined;
  if (Array.isArray(schema)) return schema.map(nestedRecord).find(Boolean);
  if (schema.type === 'array') return nestedRecord((schema as ArraySchema).items);
  return schema.type === 'record' ? (schema as RecordSchema) : undefined;
}

function typeText(schema: Schema): string {
  if (typeof schema === 'string') return schema.split('.').at(-1)!;
  if (Array.isArray(schema))
    return schema
      .map(typeText)
      .sort((a) => (a === 'null' ? 1 : -1))
      .join(' or ');
  if (schema.type === 'array') return `array of ${typeText((schema as ArraySchema).items)}`;
  if (schema.type === 'record') return (schema as RecordSchema).name;
  const logical = (schema as { logicalType?: string }).logicalType;
  return logical ? `${schema.type} (${logical})` : schema.type;
}
