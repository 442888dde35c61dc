import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { javaCommand } from '../../bootstrap/java-servers.mjs';
import { plainEnvironment } from '../config.js';
import { writePrivate } from '../folder/private-json.js';
import type { StackFolder } from '../folder/stack-folder.js';
import type { ServerProgram } from '../processes/managed-process.js';
import { runToEnd } from '../processes/run-to-end.js';
import { kafkaServes } from './kafka-probe.js';
import { kafkaProperties } from './kafka-settings.js';

const logSettings = fileURLToPath(new URL('../../kafka-log4j2.properties', import.meta.url));

export interface KafkaOptions {
  /** The folder with its jars. */
  home: string;
  port: number;
  controllerPort: number;
  /** Settings of the node beyond ours, or in their place. */
  settings: Record<string, string>;
  signal?: AbortSignal;
}

/** Apache Kafka as one node, broker and controller; its log is formatted if this is the first start. */
export async function kafkaProgram(folder: StackFolder, options: KafkaOptions): Promise<ServerProgram> {
  const { home, port, controllerPort, settings, signal } = options;
  const cwd = folder.folder('kafka');
  const dataDir = join(cwd, 'data');
  const properties = join(cwd, 'server.properties');
  writeFileSync(properties, kafkaProperties({ dataDir, port, controllerPort }, settings));
  const java = (name: string, heap: string, ...args: string[]) => ({
    name,
    title: 'Kafka',
    command: javaCommand(plainEnvironment()),
    args: [
      heap,
      '-XX:+UseSerialGC',
      `-Dlog4j2.configurationFile=${logSettings}`,
      '-cp',
      join(home, '*'),
      ...args,
    ],
    env: plainEnvironment(),
    cwd,
    stop: { signal: 'SIGTERM' as const, graceMs: 30_000, order: 2 },
  });
  if (!existsSync(join(dataDir, 'meta.properties'))) {
    const format = [
      'kafka.tools.StorageTool',
      'format',
      '--cluster-id',
      clusterId(cwd),
      '--config',
      properties,
    ];
    await runToEnd(folder, java('kafka-format', '-Xmx128m', ...format), { signal });
  }
  return {
    ...java('kafka', '-Xmx512m', 'kafka.Kafka', properties),
    isReady: () => kafkaServes(port),
    readyTimeoutMs: 90_000,
  };
}

/** The id of this node's cluster: a UUID of 22 characters, made up once. Kafka refuses one that begins with a dash. */
function clusterId(cwd: string): string {
  const file = join(cwd, 'cluster-id');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'a');
  writePrivate(file, `${id}\n`);
  return id;
}
