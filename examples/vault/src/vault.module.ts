import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import type { VaultConfig } from './config.js';
import { SecretsController } from './http/secrets.controller.js';
import { Sealing } from './secrets/sealing.js';
import { SecretStore } from './secrets/secret-store.js';
import { Secrets } from './secrets/secrets.js';
import { Users } from './users/users.js';

@Module({})
export class VaultModule implements OnApplicationShutdown {
  constructor(private readonly database: Pool) {}

  static with({ databaseUrl, key }: VaultConfig): DynamicModule {
    const database = new Pool({ connectionString: databaseUrl });
    const store = new SecretStore(database, new Sealing(key));
    return {
      module: VaultModule,
      controllers: [SecretsController],
      providers: [
        { provide: Pool, useValue: database },
        { provide: Users, useValue: new Users(database) },
        { provide: Secrets, useValue: store },
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.end();
  }
}
