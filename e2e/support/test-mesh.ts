import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EventJson as AuditEventJson, Topic } from '@auditmesh/events';
import { externalServers, startMesh, type Mesh } from '@auditmesh/local-stack';
import { TestPostgres } from '@auditmesh/testing';
import { MeshProducer, type Fact } from './mesh-producer.js';

const run = promisify(execFile);
/** Of each service, when something did not come to rest. */
const LOG_LINES = 8;
const root = join(import.meta.dirname, '../..');

/** An audit event as the API gives it. */
export type EventJson = Omit<AuditEventJson, 'details' | 'consolidation'> & {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- details are checked field by field
  details: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  consolidation: any;
};

/** The whole mesh, each service a process, on the servers of the test run but with topics and a database of its own. */
export class TestMesh {
  private connecting: Promise<MeshProducer> | undefined;

  private constructor(
    readonly mesh: Mesh,
    readonly folder: string,
    private readonly postgres: TestPostgres,
    private readonly prefix: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<TestMesh> {
    const folder = mkdtempSync(join(tmpdir(), 'auditmesh-e2e-'));
    const postgres = await TestPostgres.create();
    const prefix = `e${randomBytes(5).toString('hex')}.`;
    const mesh = await startMesh({
      dir: join(folder, '.auditmesh'),
      external: { ...externalServers(process.env), databaseUrl: postgres.url },
      env: { TOPIC_PREFIX: prefix, ...env },
    });
    return new TestMesh(mesh, folder, postgres, prefix);
  }

  async stop(): Promise<void> {
    await (await this.connecting)?.close();
    await this.mesh.stop();
    await this.postgres.drop();
    rmSync(this.folder, { recursive: true });
  }

  /** What a program of somebody else's needs to work with the mesh. */
  get environment(): Record<string, string> {
    const { api_url, api_token, kafka_brokers, schema_registry_url } = this.mesh.run;
    return {
      API_URL: api_url!,
      API_TOKEN: api_token!,
      KAFKA_BROKERS: kafka_brokers,
      SCHEMA_REGISTRY_URL: schema_registry_url,
      TOPIC_PREFIX: this.prefix,
    };
  }

  /** Runs `auditmesh … --json` where the mesh runs. @returns its result @throws Error with what it printed */
  async cli<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    const main = join(root, 'services/cli/dist/main.js');
    const env = { ...process.env, TOPIC_PREFIX: this.prefix };
    const { stdout } = await run(process.execPath, [main, ...args, '--json'], {
      cwd: this.folder,
      env,
      maxBuffer: 2 ** 28,
    });
    return JSON.parse(stdout) as T;
  }

  /** Imports a directory or a part of it; resolves when the services know it. */
  async directory(document: object): Promise<void> {
    await this.cli('directory', 'import', this.write('directory.yml', JSON.stringify(document)));
  }

  /** Rows of a statement, as the owner of the tables. */
  query<R = Record<string, unknown>>(statement: string): Promise<R[]> {
    return this.postgres.query<R>(statement);
  }

  /** Writes what a producer has to tell, in one request. */
  async produce<T>(topic: Topic<T>, key: string, facts: Fact<T>[]): Promise<void> {
    await (await this.producer()).send(topic, key, facts);
  }

  /** Resolves when what was produced before can be searched, but for windows that stay open. */
  async settled(): Promise<void> {
    try {
      await (await this.producer()).settled();
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.services()}`, { cause: error });
    }
  }

  /** Which services run, and what they logged last. */
  private services(): string {
    return this.mesh.processes
      .map(({ name, pid }) => {
        const log = readFileSync(join(this.folder, '.auditmesh/logs', `${name}.log`), 'utf8');
        const last = log.trimEnd().split('\n').slice(-LOG_LINES);
        return [`${name}: ${pid === undefined ? 'has ended' : `runs as ${pid}`}`, ...last].join('\n  ');
      })
      .join('\n');
  }

  /** The sum of a metric of a service over the series that have these labels, such as `flag="x"`. */
  async metric(service: string, name: string, ...labels: string[]): Promise<number> {
    const text = await (await fetch(`${this.mesh.url(service)}/metrics`)).text();
    const series = text
      .split('\n')
      .filter((line) => /^\w+/.exec(line)?.[0] === name && labels.every((label) => line.includes(label)));
    return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** A file in the folder of the mesh. @returns its path */
  write(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** The answer of the API, whatever its status. */
  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T }> {
    const response = await fetch(this.mesh.url('api') + path, {
      method,
      headers: {
        authorization: `Bearer ${this.mesh.run.api_token}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as T };
  }

  /** All events that the query finds, page after page, the oldest first. */
  async events(query: string): Promise<EventJson[]> {
    const all: EventJson[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const path: string = `/api/v1/audit-events?limit=500&${query}${cursor && `&cursor=${cursor}`}`;
      const { body } = await this.call<{ items: EventJson[]; next: string | null }>('GET', path);
      all.push(...body.items);
      cursor = body.next;
    }
    return all.toReversed();
  }

  /** Ids of all projects that the event affects, page after page. */
  async affectedProjects(event: EventJson, limit = 1_000): Promise<{ ids: number[]; pages: number }> {
    const ids: number[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages++) {
      const path: string = `/api/v1/audit-events/${event.id}/affected-projects?limit=${limit}${cursor && `&cursor=${cursor}`}`;
      const { body } = await this.call<{ items: { id: string }[]; next: string | null }>('GET', path);
      ids.push(...body.items.map(({ id }) => Number(id)));
      cursor = body.next;
    }
    return { ids, pages };
  }

  private producer(): Promise<MeshProducer> {
    const { kafka_brokers: brokers, schema_registry_url: registry } = this.mesh.run;
    this.connecting ??= MeshProducer.connect(brokers, registry, this.prefix);
    return this.connecting;
  }
}
