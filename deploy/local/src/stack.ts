import { choosePorts } from './folder/ports.js';
import { removeData } from './folder/remove-data.js';
import { secretsOf } from './folder/secrets.js';
import { StackFolder } from './folder/stack-folder.js';
import { keepAlive } from './processes/keep-alive.js';
import { named, type ManagedProcess } from './processes/managed-process.js';
import { startTogether } from './processes/start-together.js';
import { stopInOrder } from './processes/stop-in-order.js';
import { silent } from './report.js';
import { embeddedServers, portNames } from './servers/embedded.js';
import { postgresUrl } from './servers/postgres.js';
import { registryUrl } from './servers/registry.js';
import type { StackOptions } from './stack-options.js';

/** Kafka, the schema registry and PostgreSQL, ready to be used. */
export interface Stack {
  kafkaBrokers: string;
  schemaRegistryUrl: string;
  databaseUrl: string;
  /** The same three as the environment variables that every program of the mesh reads. */
  env: { KAFKA_BROKERS: string; SCHEMA_REGISTRY_URL: string; DATABASE_URL: string };
  /** The embedded servers: `kafka`, `registry`, `postgres`. */
  processes: readonly ManagedProcess[];
  /** The embedded server of that name. Throws if it is not embedded. */
  process(name: string): ManagedProcess;
  /** Stops the servers, registry first, then Kafka and PostgreSQL; data stays. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts what is not given as external, all at the same time, and resolves when everything is ready. Data of an earlier
 * start in the same folder is there again, schema ids included. Throws StartError, with nothing left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = await StackFolder.claim(options.dir);
  try {
    const stack = await startServers(folder, options);
    return { ...stack, stop: () => stack.stop().finally(() => folder.release()) };
  } catch (error) {
    folder.release();
    throw error;
  }
}

/** The same in a folder that this process holds already, and goes on holding. */
export async function startServers(folder: StackFolder, options: StackOptions): Promise<Stack> {
  const { external = {}, report = silent } = options;
  const password = secretsOf(folder).postgresPassword;
  const ports = await choosePorts(folder, portNames(options), options.ports ?? {});
  const processes = await startTogether(folder, embeddedServers(folder, options, ports, password), options);
  if (options.keepAlive)
    for (const each of processes) keepAlive(each, (text) => report({ kind: 'note', text }));
  const kafkaBrokers = external.kafkaBrokers ?? `127.0.0.1:${ports['kafka']}`;
  const schemaRegistryUrl = external.schemaRegistryUrl ?? registryUrl(ports['registry'] ?? 0);
  const databaseUrl = external.databaseUrl ?? postgresUrl(ports['postgres'] ?? 0, password);
  return {
    kafkaBrokers,
    schemaRegistryUrl,
    databaseUrl,
    env: { KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: schemaRegistryUrl, DATABASE_URL: databaseUrl },
    processes,
    process: (name) => named(processes, name),
    stop: () => stopInOrder(processes, report),
  };
}

/** Starts a stack, lets `use` work with it, and whatever happens stops it and removes all its data. */
export async function withThrowAwayStack<T>(
  options: StackOptions,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  try {
    const stack = await startStack(options);
    return await use(stack).finally(() => stack.stop());
  } finally {
    await removeData(options.dir);
  }
}
