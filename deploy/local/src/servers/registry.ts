import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { javaCommand } from '../../bootstrap/java-servers.mjs';
import { plainEnvironment } from '../config.js';
import type { StackFolder } from '../folder/stack-folder.js';
import type { ServerProgram } from '../processes/managed-process.js';
import { answers } from '../processes/http-probe.js';

export interface RegistryOptions {
  /** The folder with its jars. */
  home: string;
  port: number;
}

/**
 * Apicurio Registry with its Confluent API. Its store is an H2 file, written before a registration is answered, since
 * records carry the schema ids for as long as Kafka keeps them.
 */
export function registryProgram(folder: StackFolder, { home, port }: RegistryOptions): ServerProgram {
  const cwd = folder.folder('registry');
  const runner = readdirSync(home).find((file) => file.endsWith('-runner.jar')) ?? 'runner.jar';
  return {
    name: 'registry',
    title: 'Schema registry',
    command: javaCommand(plainEnvironment()),
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      `-Dquarkus.datasource.jdbc.url=jdbc:h2:file:${join(cwd, 'registry')};WRITE_DELAY=0`,
      '-Dquarkus.log.console.color=false',
      '-jar',
      join(home, runner),
    ],
    env: plainEnvironment(),
    cwd,
    stop: { signal: 'SIGTERM', graceMs: 15_000, order: 1 },
    isReady: () => answers(`http://127.0.0.1:${port}/health/ready`),
    readyTimeoutMs: 90_000,
  };
}

/** The base of the Confluent API. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`;
}
