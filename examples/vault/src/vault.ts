import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Pool } from 'pg';
import type { VaultConfig } from './config.js';
import { schema } from './schema.js';
import { VaultModule } from './vault.module.js';

const BODY_LIMIT = 256 * 1024;
const QUERIES = { maxParamLength: 2_048 };

/** Makes the tables where they are not, and listens. Closing what is returned lets it finish what it is doing. */
export async function startVault(config: VaultConfig): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: BODY_LIMIT, routerOptions: QUERIES });
  const app = await NestFactory.create<NestFastifyApplication>(VaultModule.with(config), adapter, {
    abortOnError: false,
    logger: ['error', 'warn'],
  });
  await app.get(Pool).query(schema);
  await app.listen(config.port, config.host);
  return app;
}
