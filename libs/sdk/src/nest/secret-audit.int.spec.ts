import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  Get,
  Module,
  NotFoundException,
  Param,
  UseInterceptors,
  type ExecutionContext,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { TestKafka } from '@auditmesh/testing';
import {
  AuditSecret,
  SecretAuditInterceptor,
  SecretAuditModule,
  type SecretAuditModuleOptions,
} from '../nest.js';

const nameIn = (context: ExecutionContext) =>
  context.switchToHttp().getRequest<{ params: { name: string } }>().params.name;

@Controller()
@UseInterceptors(SecretAuditInterceptor)
class Vault {
  @Get('secrets/:name')
  @AuditSecret({
    action: 'read',
    secret: (context) => ({ id: nameIn(context) }),
    more: () => ({ policy: 'readers' }),
  })
  async read(@Param('name') name: string): Promise<{ value: string }> {
    if (name === 'forbidden') throw new ForbiddenException();
    if (name === 'missing') throw new NotFoundException();
    return { value: 'hunter2' };
  }

  @Get('about')
  about(): { name: string } {
    return { name: 'vault' };
  }
}

let kafka: TestKafka;
let open: OpenTopics;
let folder: string;
let app: NestFastifyApplication;

beforeEach(async () => {
  kafka = new TestKafka();
  open = await kafka.create([topics.secretAccesses]);
  folder = mkdtempSync(join(tmpdir(), 'nest-'));
});

afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

async function start(more: Partial<SecretAuditModuleOptions> = {}): Promise<void> {
  const audit = SecretAuditModule.open({
    name: 'vault',
    spool: { folder },
    kafka: { brokers: kafka.brokers, prefix: kafka.prefix },
    schemaRegistryUrl: kafka.environment.SCHEMA_REGISTRY_URL!,
    actor: () => ({ type: 'user', id: '7' }),
    ...more,
  });
  Module({ imports: [audit], controllers: [Vault] })(VaultModule);
  app = await NestFactory.create<NestFastifyApplication>(VaultModule, new FastifyAdapter(), {
    logger: false,
  });
  await app.init();
}

class VaultModule {}

async function get(url: string) {
  const { statusCode, body } = await app.inject({ method: 'GET', url });
  return { status: statusCode, body: JSON.parse(body) as unknown };
}

async function accesses() {
  const records = await kafka.readAll(open, topics.secretAccesses);
  return records.flatMap(({ value }) => value.access ?? []);
}

describe('a handler marked by AuditSecret', () => {
  test('is recorded before its response is sent, with how it ended', async () => {
    await start({ guarantees: { default: 'fail-closed' } });
    expect(await get('/secrets/db')).toEqual({ status: 200, body: { value: 'hunter2' } });
    expect(await accesses()).toHaveLength(1);
    expect(await get('/secrets/forbidden')).toMatchObject({ status: 403 });
    expect(await get('/secrets/missing')).toMatchObject({ status: 404 });
    await app.close();
    const found = await accesses();
    expect(found.map((a) => [a.secret_id, a.outcome, a.error_code, a.actor.id, a.policy])).toEqual(
      expect.arrayContaining([
        ['db', 'success', null, '7', 'readers'],
        ['forbidden', 'denied', '403', '7', 'readers'],
        ['missing', 'failure', '404', '7', 'readers'],
      ]),
    );
    expect(found).toHaveLength(3);
  });

  test('gives 503 and no secret where it cannot be recorded', async () => {
    await start({
      guarantees: { default: 'fail-closed' },
      acknowledgeWithinMs: 100,
      kafka: { brokers: ['127.0.0.1:1'], prefix: kafka.prefix },
    });
    const { status, body } = await get('/secrets/db');
    expect(status).toBe(503);
    expect(body).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(JSON.stringify(body)).not.toMatch(/hunter2|127\.0\.0\.1/);
  });

  test('leaves the others alone', async () => {
    await start();
    expect(await get('/about')).toEqual({ status: 200, body: { name: 'vault' } });
    await app.close();
    expect(await accesses()).toEqual([]);
  });
});
