import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Cores } from '../machine/cores.ts';
import { Program } from './program.ts';
import { waitUntil } from './wait-until.ts';

const services = join(import.meta.dirname, '../../services');

export interface ServiceOptions {
  name: string;
  env: Record<string, string>;
  logFile: string;
  cores?: Cores | undefined;
  /** Where it answers HTTP; default: some free port. */
  port?: number;
}

/** One of our services, as it runs in earnest. Resolves when it is ready to work. */
export async function startService({ name, env, ...options }: ServiceOptions): Promise<Program> {
  const port = options.port ?? (await freePort());
  const service = new Program({
    name,
    command: process.execPath,
    args: [join(services, name, 'dist/main.js')],
    env: { ...env, HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port) },
    ...options,
  });
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitUntil(`${name} is ready`, ready, { needs: [service], timeoutMs: 60_000 });
  return service;
}

/** Brings a database to the version of the service's code. */
export async function migrate(service: string, databaseUrl: string, logFile: string): Promise<void> {
  const migration = new Program({
    name: `the migration of ${service}`,
    command: process.execPath,
    args: [join(services, service, 'dist/migrate.main.js')],
    env: { DATABASE_URL: databaseUrl },
    logFile,
  });
  await migration.finish();
}

/** A port of the loopback interface that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
