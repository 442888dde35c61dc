import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import { javaCommand } from '../../../deploy/local/bootstrap/java-servers.mjs';
import type { Cores } from '../../machine/cores.ts';
import { built } from '../../processes/maven.ts';
import { Program } from '../../processes/program.ts';
import type { Corner } from '../../stack/corner.ts';
import { benchFolder, logFile } from '../../stack/folder.ts';

/** For the report: all that was chosen for it. */
export const kafkaStreamsSettings =
  'Kafka Streams 4.3.1: exactly_once_v2, one thread, persistent stores with caching (64 MiB) and logging, ' +
  'commit.interval.ms 100, max.poll.records 20000, max.partition.fetch.bytes 4 MiB, ' +
  'buffered.records.per.partition 50000; Avro with a fast, projecting reader and a record reused; heap 1 GiB, serial GC';

/** @returns its folder, fetched and compiled if it was not yet */
export const buildKafkaStreams = (): Promise<string> =>
  built('kafka-streams', import.meta.dirname, 'process-classes');

export interface KafkaStreamsOptions {
  /** What `buildKafkaStreams` gave. */
  home: string;
  /** Where the candidates are. */
  input: Corner;
  /** Where the events go. */
  output: Corner;
  /** Distinct by round: the consumer group, the transactional ids and the state are named after it. */
  id: string;
  cores: Cores;
}

/** The same consolidation as a program for Kafka Streams. */
export async function startKafkaStreams({
  home,
  input,
  output,
  id,
  cores,
}: KafkaStreamsOptions): Promise<Program> {
  const schemaFile = join(benchFolder, 'candidate.avsc');
  writeFileSync(schemaFile, JSON.stringify(topics.auditCandidates.schema));
  const events = output.client.topicName(topics.auditEvents);
  return new Program({
    name: 'Kafka Streams',
    command: javaCommand(process.env),
    args: ['-Xms1g', '-Xmx1g', '-XX:+UseSerialGC', '-cp', `${home}/classes:${home}/lib/*`, 'Main'],
    env: {
      KAFKA_BROKERS: input.env().KAFKA_BROKERS!,
      APPLICATION_ID: id,
      STATE_DIR: join(benchFolder, 'streams', id),
      CANDIDATES_TOPIC: input.client.topicName(topics.auditCandidates),
      EVENTS_TOPIC: events,
      CANDIDATE_SCHEMA: schemaFile,
      EVENT_SCHEMA_ID: String(await output.registry.lookup(`${events}-value`, topics.auditEvents.schema)),
    },
    logFile: logFile(id),
    cores,
  });
}
