import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { SecretAccessConfig } from './config.js';
import { deviceIntakePaths } from './devices/http-intake.document.js';
import { SecretAccessModule } from './secret-access.module.js';

/** Writes the OpenAPI document of the intakes to the file named; nothing is connected to. */
const [file] = process.argv.slice(2);
const config = Object.assign(new SecretAccessConfig(), {
  KAFKA_BROKERS: 'none:1',
  SCHEMA_REGISTRY_URL: 'http://none',
});
const app = await NestFactory.create(SecretAccessModule.of(config), new FastifyAdapter(), {
  preview: true,
  logger: false,
});
const head = new DocumentBuilder()
  .setTitle('Auditmesh: secret access')
  .setDescription('Ways in for uses of secrets. Errors are application/problem+json (RFC 9457).')
  .setVersion('1')
  .addBearerAuth()
  .build();
const document = SwaggerModule.createDocument(app, head);
Object.assign(document.paths, deviceIntakePaths);
writeFileSync(file!, `${JSON.stringify(document, null, 2)}\n`);
