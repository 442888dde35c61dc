import type { DynamicModule } from '@nestjs/common';
import { auditedStore, SecretAuditModule } from '@auditmesh/sdk/nest';
import { Pool } from 'pg';
import { Sealing } from '../secrets/sealing.js';
import { SecretStore } from '../secrets/secret-store.js';
import { Secrets } from '../secrets/secrets.js';
import { calls, type AuditOptions } from './audit-options.js';
import { FileAudit } from './file-audit.js';
import { OutboxAudit } from './outbox-audit.js';

type Wiring = Required<Pick<DynamicModule, 'imports' | 'providers'>>;

/** The store of secrets, audited as the configuration says. */
export function auditing(options: AuditOptions, database: Pool, sealing: Sealing): Wiring {
  const store = new SecretStore(database, sealing);
  const { guarantee, spool } = options;
  switch (guarantee) {
    case 'none':
      return { imports: [], providers: [{ provide: Secrets, useValue: store }] };
    case 'file':
      return { imports: [], providers: [{ provide: Secrets, useValue: new FileAudit(store, spool.folder) }] };
    case 'outbox':
      return {
        imports: [],
        providers: [{ provide: Secrets, useFactory: () => OutboxAudit.open(options, database, sealing) }],
      };
    default:
      return {
        imports: [SecretAuditModule.open({ ...options, guarantees: { default: guarantee } })],
        providers: [auditedStore(Secrets, store, calls)],
      };
  }
}
