import type { Ports } from '../folder/ports.js';
import type { StackFolder } from '../folder/stack-folder.js';
import type { Startable } from '../processes/start-together.js';
import { silent } from '../report.js';
import type { StackOptions } from '../stack-options.js';
import { fetchServer } from './download.js';
import { kafkaProgram } from './kafka.js';
import { postgresProgram } from './postgres.js';
import { registryProgram } from './registry.js';

/** The names of the ports that the servers which are not external need. */
export function portNames({ external = {} }: StackOptions): string[] {
  return [
    ...(external.kafkaBrokers ? [] : ['kafka', 'kafka-controller']),
    ...(external.schemaRegistryUrl ? [] : ['registry']),
    ...(external.databaseUrl ? [] : ['postgres']),
  ];
}

/** The servers that are not external, to be started. */
export function embeddedServers(
  folder: StackFolder,
  options: StackOptions,
  ports: Ports,
  password: string,
): Startable[] {
  const { external = {}, report = silent, kafkaSettings = {}, postgresSettings = {} } = options;
  const port = (name: string) => ports[name] ?? 0;
  // Two Maven processes do not share their repository well: one download waits for the other.
  let downloads: Promise<unknown> = Promise.resolve();
  const fetched = (name: 'kafka' | 'registry', signal: AbortSignal): Promise<string> => {
    const home = downloads.then(() => fetchServer(folder, name, { report, signal }));
    downloads = home;
    return home;
  };
  const kafka: Startable = {
    title: 'Kafka',
    prepare: async (signal) => {
      const home = await fetched('kafka', signal);
      const [broker, controllerPort] = [port('kafka'), port('kafka-controller')];
      return kafkaProgram(folder, { home, port: broker, controllerPort, settings: kafkaSettings, signal });
    },
  };
  const registry: Startable = {
    title: 'Schema registry',
    prepare: async (signal) =>
      registryProgram(folder, { home: await fetched('registry', signal), port: port('registry') }),
  };
  const postgres: Startable = {
    title: 'PostgreSQL',
    prepare: (signal) =>
      postgresProgram(folder, { port: port('postgres'), password, settings: postgresSettings, signal }),
  };
  return [
    ...(external.kafkaBrokers ? [] : [kafka]),
    ...(external.schemaRegistryUrl ? [] : [registry]),
    ...(external.databaseUrl ? [] : [postgres]),
  ];
}
