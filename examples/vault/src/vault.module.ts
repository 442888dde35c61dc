import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { auditedStore, SecretAuditModule } from '@auditmesh/sdk/nest';
import { Pool } from 'pg';
import { calls } from './audit.js';
import type { VaultConfig } from './config.js';
import { SecretsController } from './http/secrets.controller.js';
import { Sealing } from './secrets/sealing.js';
import { SecretStore } from './secrets/secret-store.js';
import { Secrets } from './secrets/secrets.js';
import { Users } from './users/users.js';

@Module({})
export class VaultModule implements OnApplicationShutdown {
  constructor(private readonly database: Pool) {}

  static with(config: VaultConfig): DynamicModule {
    const database = new Pool({ connectionString: config.databaseUrl });
    const store = new SecretStore(database, new Sealing(config.key));
    return {
      module: VaultModule,
      imports: [SecretAuditModule.open(config.audit)],
      controllers: [SecretsController],
      providers: [
        { provide: Pool, useValue: database },
        { provide: Users, useValue: new Users(database) },
        auditedStore(Secrets, store, calls),
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.database.ended) await this.database.end();
  }
}
