import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { RuntimeModule, type ServiceDefinition } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { ConsolidatorConfig } from './config.js';
import { ConsolidatorHandler, GROUP, WINDOW_LIMITS } from './consolidator.handler.js';
import { consolidatorMetrics } from './open-windows.js';

const CONSOLIDATOR = Symbol(GROUP);

@Module({})
class ConsolidatorModule {
  static of(config: ConsolidatorConfig): DynamicModule {
    return {
      module: ConsolidatorModule,
      imports: [RuntimeModule.forService('consolidator', config)],
      controllers: [ConsolidatorHandler],
      providers: [
        { provide: WINDOW_LIMITS, useValue: { idleMs: config.WINDOW_IDLE_MS, maxMs: config.WINDOW_MAX_MS } },
        {
          provide: CONSOLIDATOR,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: GROUP,
              outputs: [topics.auditEvents, topics.consolidatorClosures],
              events: consolidatorMetrics,
            }),
        },
      ],
    };
  }
}

export const service: ServiceDefinition<ConsolidatorConfig> = {
  config: ConsolidatorConfig,
  module: (config) => ConsolidatorModule.of(config),
  groups: [CONSOLIDATOR],
};
