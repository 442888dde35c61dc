import { join } from 'node:path';
import {
  removeData,
  startMesh,
  startStack,
  type ManagedProcess,
  type Mesh,
  type Report,
  type ServiceProgram,
  type Stack,
} from '@auditmesh/local-stack';
import { instances } from '../plan/faults.ts';
import { policyTypes } from '../plan/policy-file.ts';
import { freePorts } from './free-ports.ts';
import { Toxiproxy } from './toxiproxy.ts';

/** Short deadlines, so that windows close incomplete and are amended while the suite runs. */
const settings = { WINDOW_IDLE_MS: '3000', WINDOW_MAX_MS: '15000', DIRECTORY_PATIENCE_MS: '3000' };
/** Time in which failures to enforce a policy are counted together. */
export const bucketMs = 5_000;

export interface ProxiedMeshOptions {
  /** A folder of its own; removed by `remove`. */
  dir: string;
  toxiproxy: string;
  report: Report;
  signal: AbortSignal;
}

/**
 * The whole mesh, with two instances of every service that shares its work, on servers that it reaches only through
 * toxiproxy. Whatever dies is started again.
 */
export class ProxiedMesh {
  /** The servers; its addresses lead past the proxies. */
  readonly stack: Stack;
  readonly mesh: Mesh;
  readonly proxies: Toxiproxy;

  private constructor(stack: Stack, mesh: Mesh, proxies: Toxiproxy) {
    this.stack = stack;
    this.mesh = mesh;
    this.proxies = proxies;
  }

  /** Resolves when everything is ready. If it throws, nothing is left running. */
  static async start({ dir, toxiproxy, report, signal }: ProxiedMeshOptions): Promise<ProxiedMesh> {
    const ports = await freePorts(
      'kafka',
      'controller',
      'behind',
      'proxies',
      'toKafka',
      'toRegistry',
      'toPostgres',
    );
    const folder = serversIn(dir);
    const stack = await startStack({
      dir: folder,
      ports: { kafka: ports.kafka, 'kafka-controller': ports.controller },
      kafkaSettings: proxiedListener(ports),
      keepAlive: true,
      report,
      signal,
    });
    let proxies: Toxiproxy | undefined;
    try {
      proxies = await Toxiproxy.start(toxiproxy, ports.proxies, folder);
      await proxies.add('kafka', ports.toKafka, ports.behind);
      await proxies.add('registry', ports.toRegistry, Number(new URL(stack.schemaRegistryUrl).port));
      await proxies.add('postgres', ports.toPostgres, Number(new URL(stack.databaseUrl).port));
      const mesh = await startMesh({
        dir: meshIn(dir),
        external: {
          kafkaBrokers: `127.0.0.1:${ports.toKafka}`,
          schemaRegistryUrl: withPort(stack.schemaRegistryUrl, ports.toRegistry),
          databaseUrl: withPort(stack.databaseUrl, ports.toPostgres),
        },
        services: instances.map(serviceOf),
        env: {
          ...settings,
          ENFORCEMENT_BUCKET_MS: String(bucketMs),
          ENFORCEMENT_GRACE_MS: '1000',
          POLICY_LIMITS: policyTypes.map((type) => `${type}=1000`).join(),
        },
        report,
        signal,
      });
      return new ProxiedMesh(stack, mesh, proxies);
    } catch (error) {
      await proxies?.stop();
      await stack.stop();
      throw error;
    }
  }

  /** The server or instance of that name. */
  process(name: string): ManagedProcess {
    const all = [...this.stack.processes, ...this.mesh.processes];
    return all.find((each) => each.name === name)!;
  }

  async stop(): Promise<void> {
    await this.mesh.stop();
    await this.proxies.stop();
    await this.stack.stop();
  }

  /** Removes what a mesh left in the folder, ending what still runs of one that was killed. */
  static async remove(dir: string): Promise<void> {
    await removeData(meshIn(dir));
    await removeData(serversIn(dir));
    await removeData(dir);
  }
}

export const serversIn = (dir: string): string => join(dir, 'servers');
export const meshIn = (dir: string): string => join(dir, 'mesh');

/** Clients of the listener `PROXIED` are told to come through the proxy; Kafka itself and the suite use the other. */
function proxiedListener(ports: { kafka: number; controller: number; behind: number; toKafka: number }) {
  const at = (port: number) => `127.0.0.1:${port}`;
  return {
    listeners: `BROKER://${at(ports.kafka)},PROXIED://${at(ports.behind)},CONTROLLER://${at(ports.controller)}`,
    'advertised.listeners': `BROKER://${at(ports.kafka)},PROXIED://${at(ports.toKafka)}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT',
  };
}

function serviceOf(instance: string): ServiceProgram {
  const service = instance.replace(/-\d$/, '');
  return {
    name: instance,
    title: instance,
    args: [`services/${service}/dist/main.js`],
    ...(service === 'api' && { holdsSecrets: true }),
  };
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.toString();
}
