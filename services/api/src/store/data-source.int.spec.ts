import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@auditmesh/events';
import { startService } from '@auditmesh/runtime';
import { eventually, freePort, LateRelay, runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from './migrate.js';

let postgres: TestPostgres;
let environment: Record<string, string>;
let url: string;

beforeAll(async () => {
  const kafka = new TestKafka();
  postgres = await TestPostgres.create();
  await kafka.create([topics.auditEvents, topics.directoryChanges, topics.complianceCommands]);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  environment = { ...kafka.environment, HTTP_PORT: String(port), API_TOKEN: 'a token for the tests only' };
  await runProgram('projector', 'migrate.main.js', { ...environment, DATABASE_URL: postgres.url });
  await migrate(postgres.url);
});

afterAll(() => postgres?.drop());

const statusOf = async (path: string) => (await fetch(url + path)).status;

describe('an api that starts', () => {
  it('waits for PostgreSQL, live and not ready, and goes on when it is there', async () => {
    const relay = await LateRelay.to(postgres.url);
    const starting = startService(service, { ...environment, DATABASE_URL: relay.url });
    await eventually(async () => expect(await statusOf('/health/live')).toBe(200));
    expect(await statusOf('/health/ready')).toBe(503);
    await relay.open();
    const api = await starting;
    expect(await statusOf('/health/ready')).toBe(200);
    await api.close();
    relay.close();
  });

  it('does not wait where PostgreSQL refuses it', async () => {
    const nobody = Object.assign(new URL(postgres.url), { pathname: '/no_such_database' }).href;
    await expect(startService(service, { ...environment, DATABASE_URL: nobody })).rejects.toThrow(
      /does not exist/,
    );
  });
});
