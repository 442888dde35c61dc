import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { taskMetrics } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { DirectoryHistory } from './directory-history.js';
import { FrameworksHandler, GROUP } from './frameworks.handler.js';

/** Token of the server of the group. */
export const FRAMEWORKS = Symbol(GROUP);

/** Who changes frameworks and controls: a group of its own. */
@Module({})
export class FrameworksModule {
  static of(): DynamicModule {
    return {
      module: FrameworksModule,
      controllers: [FrameworksHandler],
      providers: [
        DirectoryHistory,
        {
          provide: FRAMEWORKS,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: GROUP,
              outputs: [topics.auditEvents],
              events: taskMetrics,
            }),
        },
      ],
      exports: [FRAMEWORKS],
    };
  }
}
