import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import {
  applyTopics,
  BatchHandler,
  KafkaBatchServer,
  KafkaClient,
  OpenTopics,
  RecordProducer,
} from '@auditmesh/kafka';
import { startStack, type ManagedProcess, type Stack } from '@auditmesh/local-stack';
import { eventually, freePort, LateRelay } from '@auditmesh/testing';
import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceConfig } from './config.js';
import { startService, type ServiceDefinition } from './run-service.js';
import { RuntimeModule } from './runtime.module.js';

const MINUTES = 60_000;
const GROUP = 'waiting';
const WAITING = Symbol(GROUP);

@Controller()
class WaitingHandler {
  @BatchHandler(GROUP, topics.policyPushes)
  async handle(): Promise<void> {}
}

/** Needs Kafka in every way that our services do: while it is put together, and for its group. */
@Module({})
class WaitingModule {
  static of(config: ServiceConfig): DynamicModule {
    return {
      module: WaitingModule,
      imports: [RuntimeModule.forService('waiting', config)],
      controllers: [WaitingHandler],
      providers: [
        {
          provide: RecordProducer,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: async (client: KafkaClient, registry: SchemaRegistry) => {
            const open = await OpenTopics.open(client, registry, [topics.policyPushes]);
            const producer = new RecordProducer(client, open);
            await producer.connect();
            return producer;
          },
        },
        {
          provide: WAITING,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, { group: GROUP }),
        },
      ],
    };
  }
}

const service: ServiceDefinition<ServiceConfig> = {
  config: ServiceConfig,
  module: (config) => WaitingModule.of(config),
  groups: [WAITING],
};

/** One part of it fails while another is connected to Kafka. */
const halfBroken = (isTime: () => void): ServiceDefinition<ServiceConfig> => ({
  config: ServiceConfig,
  module: (config) => {
    const whole = WaitingModule.of(config);
    const broken = {
      provide: 'BROKEN',
      inject: [RecordProducer],
      useFactory: () => eventually(isTime).then(() => Promise.reject(new Error('half of it is broken'))),
    };
    return { ...whole, providers: [...whole.providers!, broken] };
  },
});

type App = Awaited<ReturnType<typeof startService>>;

let folder: string;
let stack: Stack;
let kafka: ManagedProcess;
let port: number;
let app: App | undefined;

beforeAll(async () => {
  const { SCHEMA_REGISTRY_URL, DATABASE_URL } = process.env;
  folder = await mkdtemp(join(tmpdir(), 'start-'));
  const external = { schemaRegistryUrl: SCHEMA_REGISTRY_URL!, databaseUrl: DATABASE_URL! };
  stack = await startStack({ dir: folder, external });
  kafka = stack.process('kafka');
  port = await freePort();
  const client = new KafkaClient({ brokers: [stack.kafkaBrokers], clientId: 'spec' });
  const queue = { name: `${GROUP}.dlq`, partitions: 1, config: {} };
  await applyTopics(client, [topics.policyPushes, queue], 1);
  const { name, schema } = topics.policyPushes;
  await new SchemaRegistry(stack.schemaRegistryUrl).register(`${name}-value`, schema);
}, 3 * MINUTES);

beforeEach(() => kafka.start(), MINUTES);

afterEach(async () => {
  await app?.get(RecordProducer).disconnect();
  await app?.close();
  app = undefined;
});

afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true });
}, MINUTES);

const start = (more: NodeJS.ProcessEnv = {}) =>
  startService(service, {
    KAFKA_BROKERS: stack.kafkaBrokers,
    SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(port),
    LOG_LEVEL: 'silent',
    ...more,
  });

const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

const becomesLive = () => eventually(async () => expect(await status('/health/live')).toBe(200));

describe('a service that starts', () => {
  it(
    'waits for Kafka, live and not ready, and goes on when it is there',
    async () => {
      await kafka.stop();
      const starting = start();
      await becomesLive();
      expect(await status('/health/ready')).toBe(503);
      await kafka.start();
      app = await starting;
      expect(await status('/health/live')).toBe(200);
      expect(await status('/health/ready')).toBe(200);
    },
    MINUTES,
  );

  it(
    'goes on though Kafka is killed and started again meanwhile',
    async () => {
      await kafka.kill('SIGKILL');
      [app] = await Promise.all([start(), kafka.restart()]);
      expect(await status('/health/ready')).toBe(200);
    },
    MINUTES,
  );

  it(
    'waits for the schema registry',
    async () => {
      const relay = await LateRelay.to(stack.schemaRegistryUrl);
      const starting = start({ SCHEMA_REGISTRY_URL: relay.url });
      await becomesLive();
      expect(await status('/health/ready')).toBe(503);
      await relay.open();
      app = await starting;
      relay.close();
    },
    MINUTES,
  );

  it('gives up when the time is over, and says what it waited for', async () => {
    await expect(start({ KAFKA_BROKERS: '127.0.0.1:1', START_TIMEOUT_MS: '1500' })).rejects.toThrow(
      /^Waited for Kafka at 127\.0\.0\.1:1 for 1\.5 s from the start on, in vain; .*ECONNREFUSED/,
    );
    await expect(status('/health/live')).rejects.toThrow();
  });

  it(
    'does not wait where that heals nothing: for a topic that is not there, or a refused identity',
    async () => {
      const before = Date.now();
      const { name, schema } = topics.policyPushes;
      await new SchemaRegistry(stack.schemaRegistryUrl).register(`no.${name}-value`, schema);
      await expect(start({ TOPIC_PREFIX: 'no.' })).rejects.toThrow(
        /does not exist; run `auditmesh topics apply`/,
      );
      const KAFKA_SASL = JSON.stringify({ mechanism: 'plain', username: 'somebody', password: 'secret' });
      await expect(start({ KAFKA_SASL })).rejects.toThrow(/SASL/);
      expect(Date.now() - before).toBeLessThan(30_000);
    },
    MINUTES,
  );

  it('leaves no connection to Kafka when a part of it fails while others are connected', async () => {
    const relay = await LateRelay.to(`http://${stack.kafkaBrokers}`);
    await relay.open();
    const environment = {
      KAFKA_BROKERS: relay.address,
      SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl,
      LOG_LEVEL: 'silent',
      HTTP_PORT: '0',
    };
    const isConnected = () => expect(relay.sockets).toBeGreaterThan(0);
    await expect(startService(halfBroken(isConnected), environment)).rejects.toThrow('half of it is broken');
    await eventually(() => expect(relay.sockets).toBe(0), 3_000);
    relay.close();
  });
});
