import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { externalServers, startMesh, type Mesh } from '@auditmesh/local-stack';
import { TestPostgres } from '@auditmesh/testing';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** An audit event as the API gives it. */
export interface EventJson {
  id: string;
  type: string;
  occurred_at: string;
  message: string;
  actor: { name: string | null; email: string | null };
  scope: { id: string | null; path: string | null; root_namespace_id: string | null };
  target: { id: string | null; name: string | null };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- details are checked field by field
  details: any;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  consolidation: any;
}

/** The whole mesh, each service a process, on the servers of the test run but with topics and a database of its own. */
export class TestMesh {
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
    await this.mesh.stop();
    await this.postgres.drop();
    rmSync(this.folder, { recursive: true });
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
}
