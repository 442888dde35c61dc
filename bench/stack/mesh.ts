import { randomBytes } from 'node:crypto';
import { deadLetters, topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import type { Program } from '../processes/program.ts';
import { freePort, startService } from '../processes/service.ts';
import { Corner } from './corner.ts';
import { Database } from './database.ts';
import { logFile } from './folder.ts';

export type ServiceName = 'policy-sync' | 'consolidator' | 'projector' | 'api';

/** Services as they run in earnest, with topics and a database of their own. */
export class Mesh {
  readonly corner: Corner;
  readonly database: Database;
  /** By name of the service; several instances are `name-2` and so on. */
  readonly programs = new Map<string, Program>();
  private readonly apiToken = randomBytes(16).toString('hex');
  private readonly apiPort: number;

  private constructor(corner: Corner, database: Database, apiPort: number) {
    this.corner = corner;
    this.database = database;
    this.apiPort = apiPort;
  }

  /**
   * Makes all topics and the tables, and no service yet.
   *
   * @param name prefix of the topics and name of the database
   * @param tables services whose tables are made
   */
  static async create(
    stack: Stack,
    name: string,
    partitions: number,
    tables: ServiceName[] = ['projector', 'api'],
  ): Promise<Mesh> {
    const corner = new Corner(stack, `${name}.`);
    await corner.create(Object.values(topics), deadLetters.groups, partitions);
    const database = await Database.create(stack.databaseUrl, name, tables);
    return new Mesh(corner, database, await freePort());
  }

  /** Starts one instance of each, all at the same time; resolves when they are ready. A name may come several times. */
  async start(...services: ServiceName[]): Promise<void> {
    const earlier = (at: number) => services.slice(0, at).filter((name) => name === services[at]).length;
    await Promise.all(
      services.map(async (name, at) => {
        const id = earlier(at) ? `${name}-${earlier(at) + 1}` : name;
        const env = {
          ...this.corner.env(this.database.url),
          ...(name === 'api' && { API_TOKEN: this.apiToken }),
        };
        const log = logFile(`${this.database.name}-${id}`);
        const port = name === 'api' ? { port: this.apiPort } : {};
        this.programs.set(id, await startService({ name, env, logFile: log, ...port }));
      }),
    );
  }

  /** The answer of the API. @throws Error if it is not one of success */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.apiPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.apiToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Stops the services and removes the database. */
  async stop(): Promise<void> {
    await Promise.all([...this.programs.values()].map((program) => program.stop()));
    await this.database.drop();
  }
}
