import { SchemaRegistry } from '@auditmesh/avro';
import { KafkaClient } from '@auditmesh/kafka';
import { Module, type DynamicModule } from '@nestjs/common';
import { HealthController, READINESS_CHECKS, type ReadinessCheck } from './health.controller.js';
import { createLog, type Logger } from './log.js';
import { MetricsController } from './metrics.js';
import { ServiceConfig } from './config.js';

/** Token of the log of the process. */
export const LOG = Symbol('LOG');

/** What every service has: its log, Kafka, the registry, health and metrics. */
@Module({})
export class RuntimeModule {
  /** @param readiness provider of what the service needs before it can work: ReadinessCheck[] */
  static forService(
    service: string,
    config: ServiceConfig,
    readiness: { inject: never[] | unknown[]; useFactory: (...dependencies: never[]) => ReadinessCheck[] } = {
      inject: [],
      useFactory: () => [],
    },
  ): DynamicModule {
    const log = createLog(service, config.LOG_LEVEL);
    return {
      module: RuntimeModule,
      global: true,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: LOG, useValue: log },
        { provide: KafkaClient, useValue: kafkaClient(service, config, log) },
        { provide: SchemaRegistry, useValue: new SchemaRegistry(config.SCHEMA_REGISTRY_URL) },
        { provide: READINESS_CHECKS, inject: readiness.inject as never[], useFactory: readiness.useFactory },
      ],
      exports: [LOG, KafkaClient, SchemaRegistry],
    };
  }
}

/** The client that the environment describes. */
export function kafkaClient(clientId: string, config: ServiceConfig, log?: Logger): KafkaClient {
  return new KafkaClient({
    clientId,
    brokers: config.KAFKA_BROKERS.split(','),
    prefix: config.TOPIC_PREFIX,
    ...(config.KAFKA_TLS === 'true' ? { ssl: true } : {}),
    ...(config.KAFKA_SASL ? { sasl: JSON.parse(config.KAFKA_SASL) as never } : {}),
    ...(log ? { log } : {}),
  });
}
