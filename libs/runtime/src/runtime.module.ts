import { SchemaRegistry } from '@auditmesh/avro';
import { Catalog } from '@auditmesh/events';
import { KafkaClient, StartPatience } from '@auditmesh/kafka';
import { Module, type DynamicModule } from '@nestjs/common';
import { loadCatalog } from './catalog-folder.js';
import { HealthController, READINESS_CHECKS, type ReadinessCheck } from './health.controller.js';
import { createLog, type Logger } from './log.js';
import { MetricsController } from './metrics.js';
import { ServiceConfig } from './config.js';

/** Token of the log of the process. */
export const LOG = Symbol('LOG');

/** By configuration, so that a start that fails can end what was connected meanwhile. */
const clients = new WeakMap<ServiceConfig, KafkaClient>();

/** Ends all connections to Kafka of the service with this configuration. */
export const endConnections = (config: ServiceConfig): void => clients.get(config)?.end();

/** What every service has: its log, the catalog, Kafka, the registry, the patience of its start, health and metrics. */
@Module({})
export class RuntimeModule {
  /**
   * @param readiness provider of what the service needs before it can work: ReadinessCheck[]
   * @throws ConfigError if the catalog cannot be loaded
   */
  static forService(
    service: string,
    config: ServiceConfig,
    readiness: { inject: never[] | unknown[]; useFactory: (...dependencies: never[]) => ReadinessCheck[] } = {
      inject: [],
      useFactory: () => [],
    },
  ): DynamicModule {
    const log = createLog(service, config.LOG_LEVEL);
    const patience = new StartPatience(config.START_TIMEOUT_MS, log);
    const client = kafkaClient(service, config, log, patience);
    clients.set(config, client);
    return {
      module: RuntimeModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: LOG, useValue: log },
        { provide: Catalog, useValue: loadCatalog(config) },
        { provide: KafkaClient, useValue: client },
        { provide: StartPatience, useValue: patience },
        { provide: SchemaRegistry, useValue: new SchemaRegistry(config.SCHEMA_REGISTRY_URL) },
        { provide: READINESS_CHECKS, inject: readiness.inject as never[], useFactory: readiness.useFactory },
      ],
      exports: [LOG, Catalog, KafkaClient, SchemaRegistry, StartPatience],
    };
  }
}

/** The client that the environment describes. */
export function kafkaClient(
  clientId: string,
  config: ServiceConfig,
  log?: Logger,
  patience?: StartPatience,
): KafkaClient {
  return new KafkaClient({
    clientId,
    brokers: config.KAFKA_BROKERS.split(','),
    prefix: config.TOPIC_PREFIX,
    ...(config.KAFKA_TLS === 'true' ? { ssl: true } : {}),
    ...(config.KAFKA_SASL ? { sasl: JSON.parse(config.KAFKA_SASL) as never } : {}),
    ...(log ? { log } : {}),
    ...(patience ? { patience } : {}),
  });
}
