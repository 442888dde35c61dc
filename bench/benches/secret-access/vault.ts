import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { HttpLoad } from '../../clients/http-load.ts';
import { OTHERS, TESTED } from '../../machine/cores.ts';
import { Program } from '../../processes/program.ts';
import { freePort } from '../../processes/service.ts';
import { waitUntil } from '../../processes/wait-until.ts';
import { Corner } from '../../stack/corner.ts';
import { Database } from '../../stack/database.ts';
import { benchFolder, logFile } from '../../stack/folder.ts';

export const SECRETS = 1_000;
export const CONNECTIONS = 64;

const root = join(import.meta.dirname, '../../..');
const home = join(root, 'examples/vault/dist');
const ship = join(root, 'libs/sdk/dist/ship.main.js');
const VALUE_BYTES = 48;

/** The example vault with secrets in it, to be started again and again, audited in different ways. */
export class ExampleVault {
  readonly corner: Corner;
  private readonly database: Database;
  private readonly key = randomBytes(32).toString('base64');
  private token = '';

  private constructor(corner: Corner, database: Database) {
    this.corner = corner;
    this.database = database;
  }

  static async filled(stack: Stack): Promise<ExampleVault> {
    const corner = new Corner(stack, 'bench.');
    await corner.create([topics.secretAccesses], [], topics.secretAccesses.partitions);
    const vault = new ExampleVault(corner, await Database.create(stack.databaseUrl, 'vault', []));
    await vault.fill();
    return vault;
  }

  /** Resolves when it answers. */
  async start({ audit, shipping }: Auditing, id: string): Promise<RunningVault> {
    const port = await freePort();
    const spool = join(benchFolder, 'spools', id);
    const shipper = shipping === 'sidecar' ? await this.startShipper(spool, id) : undefined;
    const program = new Program({
      name: `the vault (${id})`,
      command: process.execPath,
      args: [join(home, 'main.js')],
      env: this.environment({
        AUDIT: audit,
        AUDIT_SHIPPING: shipping,
        AUDIT_SPOOL: spool,
        HTTP_PORT: String(port),
      }),
      logFile: logFile(`vault-${id}`),
      cores: TESTED,
    });
    const answers = () =>
      fetch(`http://127.0.0.1:${port}/v1/list/kv/`).then(
        ({ status }) => status === 401,
        () => false,
      );
    await waitUntil('the vault answers', answers, { needs: [program], timeoutMs: 60_000 });
    const load = await HttpLoad.open(port, CONNECTIONS, this.reads());
    return { program, shipper, load };
  }

  /** Resolves when it has the spool: an access with `fail-closed` would be refused before. */
  private async startShipper(spool: string, id: string): Promise<Program> {
    const { brokers, prefix } = this.corner.client.options;
    const args = ['--spool', spool, '--brokers', brokers.join(','), '--topic-prefix', prefix ?? ''];
    const log = logFile(`shipper-${id}`);
    const shipper = new Program({
      name: `the shipper (${id})`,
      command: process.execPath,
      args: [ship, ...args, '--schema-registry', this.corner.env().SCHEMA_REGISTRY_URL!],
      logFile: log,
      cores: OTHERS,
    });
    const hasSpool = async () => readFileSync(log, 'utf8').includes('Ships the spool');
    await waitUntil('the shipper has the spool', hasSpool, { needs: [shipper], timeoutMs: 60_000 });
    return shipper;
  }

  /** Rows that wait in the outbox. */
  async waiting(): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM audit_outbox`);
    return row!.n;
  }

  /** Reads of one secret after the other, by one user. */
  private reads(): (n: number) => Buffer {
    const requests = Array.from({ length: SECRETS }, (_, n) =>
      Buffer.from(
        `GET /v1/secrets/${pathOf(n)} HTTP/1.1\r\nhost: vault\r\nauthorization: Bearer ${this.token}\r\n` +
          'user-agent: bench/1.0\r\n\r\n',
      ),
    );
    return (n) => requests[n % SECRETS]!;
  }

  private async fill(): Promise<void> {
    const env = { ...process.env, ...this.environment({ AUDIT: 'none' }) };
    const user = [join(home, 'user.main.js'), '7', 'Ann Lee', 'kv/'];
    this.token = execFileSync(process.execPath, user, { env, encoding: 'utf8' }).trim();
    const port = await freePort();
    const vault = new Program({
      name: 'the vault',
      command: process.execPath,
      args: [join(home, 'main.js')],
      env: this.environment({ AUDIT: 'none', HTTP_PORT: String(port) }),
      logFile: logFile('vault-fill'),
    });
    const put = async (n: number) => {
      const { ok } = await fetch(`http://127.0.0.1:${port}/v1/secrets/${pathOf(n)}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ value: randomBytes(VALUE_BYTES).toString('base64url') }),
      });
      return ok;
    };
    const first = () => put(0).catch(() => false);
    await waitUntil('the vault takes secrets', first, { needs: [vault], timeoutMs: 60_000 });
    for (let n = 1; n < SECRETS; n++) if (!(await put(n))) throw new Error(`Secret ${n} was not taken.`);
    await vault.stop();
  }

  private environment(more: Record<string, string>): Record<string, string> {
    return { ...this.corner.env(this.database.url), VAULT_KEY: this.key, ...more };
  }
}

/** How the vault is audited, in the words of its variables. */
export interface Auditing {
  audit: 'none' | 'spooled' | 'fail-closed' | 'outbox' | 'file';
  shipping: 'inside' | 'sidecar';
}

export interface RunningVault {
  program: Program;
  /** Where another process ships what the vault records. */
  shipper: Program | undefined;
  load: HttpLoad;
}

const pathOf = (n: number): string => `kv/team-${n % 20}/service-${n}/db-password`;
