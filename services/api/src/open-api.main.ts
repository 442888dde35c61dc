import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { ApiConfig } from './config.js';
import { openApi } from './open-api.js';

/** Writes the OpenAPI document to the file named; nothing is connected to. */
const [file] = process.argv.slice(2);
const config = Object.assign(new ApiConfig(), {
  KAFKA_BROKERS: 'none:1',
  SCHEMA_REGISTRY_URL: 'http://none',
  DATABASE_URL: 'postgres://none',
  API_TOKEN: '',
});
const app = await NestFactory.create(ApiModule.of(config), new FastifyAdapter(), {
  preview: true,
  logger: false,
});
writeFileSync(file!, `${JSON.stringify(openApi(app), null, 2)}\n`);
