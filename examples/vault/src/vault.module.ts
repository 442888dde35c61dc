import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { auditing } from './audit/auditing.js';
import type { VaultConfig } from './config.js';
import { SecretsController } from './http/secrets.controller.js';
import { Sealing } from './secrets/sealing.js';
import { Users } from './users/users.js';

@Module({})
export class VaultModule implements OnApplicationShutdown {
  constructor(private readonly database: Pool) {}

  static with(config: VaultConfig): DynamicModule {
    const database = new Pool({ connectionString: config.databaseUrl });
    const { imports, providers } = auditing(config.audit, database, new Sealing(config.key));
    return {
      module: VaultModule,
      imports,
      controllers: [SecretsController],
      providers: [
        { provide: Pool, useValue: database },
        { provide: Users, useValue: new Users(database) },
        ...providers,
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (!this.database.ended) await this.database.end();
  }
}
