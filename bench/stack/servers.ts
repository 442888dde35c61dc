import { readdirSync } from 'node:fs';
import { removeData, withThrowAwayStack, type Stack } from '@auditmesh/local-stack';
import { serverHome } from '../../deploy/local/bootstrap/java-servers.mjs';
import { say, sayStart } from '../command/progress.ts';
import { queryOnce } from './database.ts';
import { benchFolder } from './folder.ts';

/**
 * Room for a run's data without a checkpoint or a vacuum in the middle of a measurement, which would hit one and not the
 * other; the same for everyone who is measured.
 */
export const postgresSettings = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
};

/** The same for the report. */
export const postgresSettingsText = Object.entries(postgresSettings)
  .map(([name, value]) => `${name} ${value}`)
  .join(', ');

/**
 * Starts Kafka, a registry and PostgreSQL for this run alone, and whatever happens removes them and their data, with what
 * an earlier run left that was killed.
 *
 * @param signal ends the wait for `use` when aborted
 * @throws Error if another bench runs in this checkout
 */
export async function withServers<T>(signal: AbortSignal, use: (stack: Stack) => Promise<T>): Promise<T> {
  await removeData(benchFolder);
  say('Starting Kafka, the schema registry and PostgreSQL');
  const options = { dir: benchFolder, report: sayStart, postgresSettings, signal };
  return withThrowAwayStack(options, (stack) => Promise.race([use(stack), aborted(signal)]));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The run was interrupted.')), { once: true });
  });
}

/** Versions of the servers, for the report. */
export async function serverVersions({ databaseUrl }: Stack): Promise<{ kafka: string; postgres: string }> {
  const [row] = await queryOnce<{ server_version: string }>(databaseUrl, 'SHOW server_version');
  const jars = readdirSync(serverHome('kafka', process.env));
  const kafka = jars.map((jar) => /^kafka_2\.13-(.+)\.jar$/.exec(jar)?.[1]).find(Boolean) ?? 'unknown';
  return { kafka, postgres: row!.server_version };
}
