import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { javaCommand } from '../../../deploy/local/bootstrap/java-servers.mjs';
import type { Cores } from '../../machine/cores.ts';
import { built } from '../../processes/maven.ts';
import { Program } from '../../processes/program.ts';
import { freePort } from '../../processes/service.ts';
import type { Database } from '../../stack/database.ts';
import { benchFolder, logFile } from '../../stack/folder.ts';
import type { FlatTwin } from './flat-twin.ts';

/** For the report: all that was chosen for it. */
export const debeziumSettings =
  'Debezium JDBC sink 3.5.0 on Kafka Connect 4.3.1, one task, one connection: insert.mode insert, batch.size 5000 = ' +
  'max.poll.records, unnest inserts, no reduction buffer, no schema evolution; flat JSON records without their schema; ' +
  'heap 1 GiB, serial GC, since it has one core';

/** @returns its folder, fetched if it was not yet */
export const fetchDebezium = (): Promise<string> =>
  built('debezium-jdbc-sink', import.meta.dirname, 'process-resources');

export interface SinkOptions {
  /** What `fetchDebezium` gave. */
  home: string;
  /** Distinct by round: the consumer group is named after it. */
  id: string;
  kafkaBrokers: string;
  /** What it reads, written already. */
  twin: FlatTwin;
  database: Database;
  cores: Cores | undefined;
}

/** A worker of Kafka Connect that writes the records of the topic into the trail. */
export async function startDebezium(options: SinkOptions): Promise<Program> {
  const { home, id, cores } = options;
  const folder = join(benchFolder, 'connect', id);
  mkdirSync(folder, { recursive: true });
  const worker = join(folder, 'worker.properties');
  const connector = join(folder, 'connector.properties');
  writeFileSync(worker, properties(workerSettings(options, folder, await freePort())), { mode: 0o600 });
  writeFileSync(connector, properties(connectorSettings(options)), { mode: 0o600 });
  const main = 'org.apache.kafka.connect.cli.ConnectStandalone';
  return new Program({
    name: 'the Debezium JDBC sink',
    command: javaCommand(process.env),
    args: ['-Xms1g', '-Xmx1g', '-XX:+UseSerialGC', '-cp', `${home}/lib/*`, main, worker, connector],
    logFile: logFile(id),
    cores,
  });
}

const TEXT = 'org.apache.kafka.connect.storage.StringConverter';

const workerSettings = ({ kafkaBrokers }: SinkOptions, folder: string, port: number) => ({
  'bootstrap.servers': kafkaBrokers,
  'key.converter': TEXT,
  'value.converter': TEXT,
  'offset.storage.file.filename': join(folder, 'offsets'),
  listeners: `http://127.0.0.1:${port}`,
  'plugin.discovery': 'service_load',
  'connector.client.config.override.policy': 'All',
});

function connectorSettings({ id, twin, database }: SinkOptions): Record<string, string> {
  const { hostname, port, pathname, username, password } = new URL(database.url);
  const driver = 'reWriteBatchedInserts=true&stringtype=unspecified&options=-c%20timezone=UTC';
  return {
    name: id,
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    'tasks.max': '1',
    topics: twin.topic,
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'true',
    'value.converter.schema.content': twin.schema,
    'connection.url': `jdbc:postgresql://${hostname}:${port}${pathname}?${driver}`,
    'connection.username': username,
    'connection.password': password,
    'connection.pool.min_size': '1',
    'connection.pool.max_size': '1',
    'connection.pool.acquire_increment': '1',
    'collection.name.format': 'trail.audit_events',
    'insert.mode': 'insert',
    'primary.key.mode': 'none',
    'delete.enabled': 'false',
    'schema.evolution': 'none',
    'batch.size': '5000',
    'use.reduction.buffer': 'false',
    'dialect.postgres.unnest.insert.enabled': 'true',
    'consumer.override.auto.offset.reset': 'earliest',
    'consumer.override.max.poll.records': '5000',
    'consumer.override.fetch.min.bytes': '1000000',
    'consumer.override.fetch.max.wait.ms': '100',
    'consumer.override.max.partition.fetch.bytes': '16777216',
    'consumer.override.fetch.max.bytes': '67108864',
  };
}

const properties = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
