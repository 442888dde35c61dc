import type { OnApplicationShutdown } from '@nestjs/common';
import { OutboxAuditor, outboxMigration, OutboxRelay, type Action } from '@auditmesh/sdk';
import type { Pool, PoolClient } from 'pg';
import type { Sealing } from '../secrets/sealing.js';
import { SecretStore } from '../secrets/secret-store.js';
import { Secrets, type Caller, type Secret } from '../secrets/secrets.js';
import type { AuditOptions } from './audit-options.js';

/** Each use of a secret with its record in one transaction. */
export class OutboxAudit extends Secrets implements OnApplicationShutdown {
  private constructor(
    private readonly auditor: OutboxAuditor,
    private readonly relay: OutboxRelay,
    private readonly database: Pool,
    private readonly sealing: Sealing,
  ) {
    super();
  }

  static async open(options: AuditOptions, database: Pool, sealing: Sealing): Promise<OutboxAudit> {
    const { name, kafka, schemaRegistryUrl } = options;
    await database.query(outboxMigration());
    const topicPrefix = kafka.prefix ?? '';
    const auditor = await OutboxAuditor.open({ name, schemaRegistryUrl, topicPrefix });
    const relay = OutboxRelay.start({ name, kafka, schemaRegistryUrl, pool: database });
    return new OutboxAudit(auditor, relay, database, sealing);
  }

  read(caller: Caller, path: string, version?: number): Promise<Secret> {
    return this.audited('read', caller, path, (store) => store.read(caller, path, version));
  }

  write(caller: Caller, path: string, value: string): Promise<number> {
    return this.audited('write', caller, path, (store) => store.write(caller, path, value));
  }

  list(caller: Caller, prefix: string): Promise<string[]> {
    return this.audited('list', caller, prefix, (store) => store.list(caller, prefix));
  }

  delete(caller: Caller, path: string): Promise<void> {
    return this.audited('delete', caller, path, (store) => store.delete(caller, path));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay.close();
  }

  private audited<T>(
    action: Action,
    caller: Caller,
    path: string,
    use: (store: SecretStore) => Promise<T>,
  ): Promise<T> {
    const access = {
      action,
      secret: { id: path, mount: 'vault' },
      actor: { type: 'user' as const, ...caller },
    };
    const within = (client: PoolClient) => use(new SecretStore(client, this.sealing));
    return this.auditor.audited(this.database, access, within);
  }
}
