import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { RuntimeModule, type ServiceDefinition } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { accessMetrics } from './access-metrics.js';
import { SecretAccessConfig } from './config.js';
import type { SeenLimits } from './domain/seen.js';
import { PATHS_FILE, PlacesTable } from './places-table.js';
import { GROUP, SecretAccessHandler, SEEN_LIMITS } from './secret-access.handler.js';

const SECRET_ACCESS = Symbol(GROUP);

@Module({})
class SecretAccessModule {
  static of(config: SecretAccessConfig): DynamicModule {
    return {
      module: SecretAccessModule,
      imports: [RuntimeModule.forService('secret-access', config)],
      controllers: [SecretAccessHandler],
      providers: [
        PlacesTable,
        { provide: PATHS_FILE, useValue: config.SECRET_PATHS_FILE },
        {
          provide: SEEN_LIMITS,
          useValue: {
            forMs: config.SECRET_SEEN_MS,
            records: config.SECRET_SEEN_RECORDS,
          } satisfies SeenLimits,
        },
        {
          provide: SECRET_ACCESS,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: GROUP,
              outputs: [topics.auditEvents, topics.secretsStates],
              events: accessMetrics,
            }),
        },
      ],
    };
  }
}

export const service: ServiceDefinition<SecretAccessConfig> = {
  config: SecretAccessConfig,
  module: (config) => SecretAccessModule.of(config),
  groups: [SECRET_ACCESS],
};
