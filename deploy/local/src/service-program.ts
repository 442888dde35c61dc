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
  secrets: Omit<Secrets, 'postgresPassword'>;
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
  const url = `http://127.0.0.1:${port}`;
  return {
    ...program,
    env: {
      ...(service.holdsSecrets && { ...ofThisMachine(url), SECRETS_KEY: place.secrets.secretsKey }),
      ...program.env,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      ...(service.holdsSecrets && {
        API_TOKEN: place.secrets.apiToken,
        EVIDENCE_SIGNING_KEY: place.secrets.evidenceKey,
      }),
    },
    isReady: () => answers(`${url}/health/ready`),
    readyTimeoutMs: 120_000,
  };
}

/** External controls may be tried on the machine itself; nobody else reaches the api here. */
const ofThisMachine = (url: string): Record<string, string> => ({
  PUBLIC_URL: url,
  PRIVATE_ADDRESSES_ALLOWED: '127.0.0.0/8,::1/128',
});
