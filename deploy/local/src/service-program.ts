import { fileURLToPath } from 'node:url';
import { inheritedEnvironment } from './config.js';
import type { Ports } from './folder/ports.js';
import type { Secrets } from './folder/secrets.js';
import { answers } from './processes/http-probe.js';
import type { ServerProgram } from './processes/managed-process.js';
import type { Program } from './processes/program.js';
import type { NodeProgram, ServiceProgram } from './services.js';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));

/** What the programs of a mesh have in common. */
export interface ProgramPlace {
  /** Default: the checkout. */
  root: string | undefined;
  /** Beyond the environment of this process. */
  env: Record<string, string>;
  secrets: Pick<Secrets, 'apiToken' | 'evidenceKey'>;
  ports: Ports;
}

/** A program of the checkout, on the Node that runs this file. */
export function nodeProgram(program: NodeProgram, { root = checkout, env }: ProgramPlace): Program {
  return {
    name: program.name,
    title: program.title,
    command: process.execPath,
    args: program.args,
    env: { LOG_LEVEL: 'info', ...inheritedEnvironment(), ...env },
    cwd: root,
    stop: { signal: 'SIGTERM', graceMs: 15_000, order: 0 },
  };
}

/** A service; ready when its own check says so. */
export function serviceProgram(service: ServiceProgram, place: ProgramPlace): ServerProgram {
  const port = place.ports[service.name];
  const program = nodeProgram(service, place);
  return {
    ...program,
    env: {
      ...program.env,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      ...(service.holdsSecrets && {
        API_TOKEN: place.secrets.apiToken,
        EVIDENCE_SIGNING_KEY: place.secrets.evidenceKey,
      }),
    },
    isReady: () => answers(`http://127.0.0.1:${port}/health/ready`),
    readyTimeoutMs: 120_000,
  };
}
