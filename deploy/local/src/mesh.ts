import { choosePorts } from './folder/ports.js';
import { secretsOf } from './folder/secrets.js';
import { StackFolder } from './folder/stack-folder.js';
import { keepAlive } from './processes/keep-alive.js';
import { named, type ManagedProcess } from './processes/managed-process.js';
import { runToEnd } from './processes/run-to-end.js';
import { startTogether } from './processes/start-together.js';
import { stopInOrder } from './processes/stop-in-order.js';
import { asStep, silent } from './report.js';
import { writeRunFile, type RunInfo } from './run-file.js';
import { nodeProgram, serviceProgram, type ProgramPlace } from './service-program.js';
import {
  services as allServices,
  steps as allSteps,
  type NodeProgram,
  type ServiceProgram,
} from './services.js';
import { startServers, type Stack } from './stack.js';
import type { StackOptions } from './stack-options.js';

export interface MeshOptions extends StackOptions {
  /** The folder that programs are relative to, and in which they run. Default: the checkout. */
  root?: string;
  /** Default: those of services.ts. */
  services?: ServiceProgram[];
  /** Run to their end, in this order, before the services start. Default: those of services.ts. */
  steps?: NodeProgram[];
  /** Variables for all steps and services, beyond what this process has in its own environment. */
  env?: Record<string, string>;
}

/** A stack with the services of Auditmesh on it, each a process of its own. */
export interface Mesh {
  stack: Stack;
  /** What run.json says now. */
  readonly run: RunInfo;
  /** The embedded servers and the services. */
  processes: readonly ManagedProcess[];
  /** The server or service of that name. Throws if there is none. */
  process(name: string): ManagedProcess;
  /** The base URL at which a service answers HTTP. */
  url(service: string): string;
  /** Runs another program to its end in the environment of the services. Throws StartError `step-failed`. */
  runProgram(program: NodeProgram): Promise<void>;
  /** Stops the services, then the servers, and removes run.json; data stays. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a stack, does the steps, starts the services and resolves when all are ready. Whatever dies later is started
 * again with back-off, unless `keepAlive` is false. Throws StartError, with nothing left running.
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const folder = await StackFolder.claim(options.dir);
  let stack: Stack | undefined;
  try {
    stack = await startServers(folder, { keepAlive: true, ...options });
    return await startOn(folder, stack, { keepAlive: true, ...options });
  } catch (error) {
    await stack?.stop();
    folder.release();
    throw error;
  }
}

async function startOn(folder: StackFolder, stack: Stack, options: MeshOptions): Promise<Mesh> {
  const { report = silent, services = allServices, steps = allSteps, signal } = options;
  const secrets = secretsOf(folder);
  const ports = await choosePorts(
    folder,
    services.map(({ name }) => name),
    options.ports ?? {},
  );
  const place: ProgramPlace = { root: options.root, env: { ...options.env, ...stack.env }, secrets, ports };
  const runProgram = (program: NodeProgram) =>
    asStep(report, program.title, () => runToEnd(folder, nodeProgram(program, place), { signal }));
  const url = (service: string) => `http://127.0.0.1:${ports[service]}`;

  for (const step of steps) await runProgram(step);
  const startables = services.map((service) => ({
    title: service.title,
    prepare: async () => serviceProgram(service, place),
  }));
  const started = await startTogether(folder, startables, options);
  const processes = [...stack.processes, ...started];

  const describe = (): RunInfo => ({
    api_url: services.some(({ name }) => name === 'api') ? url('api') : null,
    api_token: secrets.apiToken,
    kafka_brokers: stack.kafkaBrokers,
    schema_registry_url: stack.schemaRegistryUrl,
    database_url: stack.databaseUrl,
    processes: processes.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }])),
    supervisor_pid: process.pid,
  });
  writeRunFile(folder, describe());
  for (const each of processes) each.onChange(() => writeRunFile(folder, describe()));
  if (options.keepAlive)
    for (const each of started) keepAlive(each, (text) => report({ kind: 'note', text }));
  return {
    stack,
    get run() {
      return describe();
    },
    processes,
    process: (name) => named(processes, name),
    url,
    runProgram,
    stop: () => stopInOrder(processes, report).finally(() => folder.release()),
  };
}
