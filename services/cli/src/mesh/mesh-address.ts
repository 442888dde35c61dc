import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, exitCodes } from '../cli-error.js';

/** Where the parts of a mesh are. */
export interface MeshAddress {
  kafkaBrokers: string | undefined;
  schemaRegistryUrl: string | undefined;
  databaseUrl: string | undefined;
  apiUrl: string | undefined;
  apiToken: string | undefined;
  topicPrefix: string;
}

/** From `.auditmesh/run.json` in the folder, as a running `npm start` writes it, else from the environment. */
export function findMesh(folder: string, environment: NodeJS.ProcessEnv): MeshAddress {
  const path = join(folder, '.auditmesh/run.json');
  const topicPrefix = environment.TOPIC_PREFIX ?? '';
  if (!existsSync(path)) {
    const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL, API_URL, API_TOKEN } = environment;
    return {
      kafkaBrokers: KAFKA_BROKERS,
      schemaRegistryUrl: SCHEMA_REGISTRY_URL,
      databaseUrl: DATABASE_URL,
      apiUrl: API_URL,
      apiToken: API_TOKEN,
      topicPrefix,
    };
  }
  try {
    const run = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string | undefined>;
    return {
      kafkaBrokers: run.kafka_brokers,
      schemaRegistryUrl: run.schema_registry_url,
      databaseUrl: run.database_url,
      apiUrl: run.api_url,
      apiToken: run.api_token,
      topicPrefix,
    };
  } catch (cause) {
    throw new CliError(`${path} cannot be read: ${(cause as Error).message}`, exitCodes.unavailable, {
      cause,
    });
  }
}

/** The part, or the sentence that tells how to name it. */
export function required(address: MeshAddress, part: keyof MeshAddress, variable: string): string {
  const value = address[part];
  if (value) return value;
  throw new CliError(
    `No mesh found: run this where \`npm start\` runs, or set ${variable}.`,
    exitCodes.unavailable,
  );
}
