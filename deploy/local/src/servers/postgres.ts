import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { commandLineOf } from '../../bootstrap/process-identity.mjs';
import { plainEnvironment } from '../config.js';
import type { StackFolder } from '../folder/stack-folder.js';
import type { ServerProgram } from '../processes/managed-process.js';
import type { Program } from '../processes/program.js';
import { runToEnd } from '../processes/run-to-end.js';
import { postgresHome, type PostgresHome } from './postgres-home.js';

export interface PostgresOptions {
  port: number;
  password: string;
  /** Settings of the server beyond ours, or in their place. */
  settings: Record<string, string>;
  signal?: AbortSignal;
}

const stop = { signal: 'SIGINT' as const, graceMs: 30_000, order: 3 };

const ownSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  log_destination: 'stderr',
};

/** PostgreSQL with the superuser and the database `auditmesh`, made if this is the first start. */
export async function postgresProgram(folder: StackFolder, options: PostgresOptions): Promise<ServerProgram> {
  const home = postgresHome(folder);
  const data = join(home.base, 'data');
  if (!existsSync(data)) await makeCluster(folder, home, options);
  removeForeignLock(data);
  const settings = Object.entries({ ...ownSettings, port: String(options.port), ...options.settings });
  const args = ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  return {
    ...program(home, 'postgres', 'postgres', args),
    isReady: () => databaseAnswers(postgresUrl(options.port, options.password)),
    readyTimeoutMs: 90_000,
    // Backends of a killed server take a moment to notice; until then it does not start.
    retryWhen: /pre-existing shared memory block|lock file "postmaster.pid" already exists/,
  };
}

export function postgresUrl(port: number, password: string): string {
  return `postgres://auditmesh:${password}@127.0.0.1:${port}/auditmesh`;
}

/** Makes the cluster beside its place and moves it there when it is whole. */
async function makeCluster(folder: StackFolder, home: PostgresHome, options: PostgresOptions): Promise<void> {
  const fresh = join(home.base, 'data.new');
  const passwordFile = join(home.base, 'password.new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (home.user) for (const path of [fresh, passwordFile]) chownSync(path, home.user.uid, home.user.gid);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--username=auditmesh', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const { signal } = options;
  try {
    await runToEnd(folder, program(home, 'postgres-init', 'initdb', ['-D', fresh, ...locale, ...access]), {
      signal,
    });
    const single = program(home, 'postgres-init', 'postgres', ['--single', '-D', fresh, 'postgres']);
    await runToEnd(folder, single, { signal, input: 'CREATE DATABASE auditmesh;\n' });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, join(home.base, 'data'));
}

function program(home: PostgresHome, name: string, binary: string, args: string[]): Program {
  const command = join(home.installation, 'bin', binary);
  return {
    name,
    title: 'PostgreSQL',
    command,
    args,
    env: plainEnvironment(),
    cwd: home.base,
    ...(home.user && { user: home.user }),
    stop,
  };
}

/**
 * After a crash of the machine the pid in the lock file may be that of some other program, and PostgreSQL would refuse
 * to start. If the pid is free the file stays: PostgreSQL checks by it that no backend of the old server lives on.
 */
function removeForeignLock(data: string): void {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const holder = commandLineOf(Number(readFileSync(lock, 'utf8').split('\n')[0]));
  if (holder && !holder.includes(data)) rmSync(lock);
}

async function databaseAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}
