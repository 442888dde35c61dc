import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { RuntimeModule, taskMetrics, type ServiceDefinition } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { ProjectorConfig } from './config.js';
import { ComplianceHandler } from './compliance.handler.js';
import { DIRECTORY_GROUP, DirectoryHandler } from './directory.handler.js';
import { AuditEvents } from './store/audit-events.js';
import { Database } from './store/database.js';
import { DirectoryHistory } from './store/directory-history.js';
import { DirectoryTables } from './store/directory.js';
import { GROUP } from './store/group.js';
import { Offsets } from './store/offsets.js';
import { Statuses } from './store/statuses.js';
import { Violations } from './store/violations.js';
import { TaskOffsets } from './task-offsets.js';
import { TrailHandler } from './trail.handler.js';

const TRAIL = Symbol(GROUP);
const DIRECTORY = Symbol(DIRECTORY_GROUP);

@Module({})
class ProjectorModule {
  static of(config: ProjectorConfig): DynamicModule {
    const database = new Database(config.DATABASE_URL, config.DATABASE_SCHEMA);
    return {
      module: ProjectorModule,
      imports: [
        RuntimeModule.forService('projector', config, {
          inject: [],
          useFactory: () => [{ name: 'database', isReady: () => database.isReady() }],
        }),
      ],
      controllers: [TrailHandler, ComplianceHandler, DirectoryHandler],
      providers: [
        { provide: Database, useValue: database },
        AuditEvents,
        DirectoryHistory,
        DirectoryTables,
        Offsets,
        Statuses,
        TaskOffsets,
        Violations,
        {
          provide: TRAIL,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, { group: GROUP, events: taskMetrics }),
        },
        {
          provide: DIRECTORY,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: DIRECTORY_GROUP,
              outputs: [topics.directoryEntries],
              events: taskMetrics,
            }),
        },
      ],
    };
  }
}

export const service: ServiceDefinition<ProjectorConfig> = {
  config: ProjectorConfig,
  module: (config) => ProjectorModule.of(config),
  groups: [TRAIL, DIRECTORY],
};
