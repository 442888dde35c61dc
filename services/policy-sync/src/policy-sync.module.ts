import { policyLimits } from '@auditmesh/policies';
import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { Flags, FlagsModule, RuntimeModule, taskMetrics, type ServiceDefinition } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { PolicySyncConfig } from './config.js';
import { DirectoryTable, PATIENCE_MS } from './directory-table.js';
import type { Bucket } from './domain/enforcement.js';
import { BUCKET, EnforcementsHandler } from './enforcements.handler.js';
import { LinksHandler } from './links.handler.js';
import { GROUP, LIMITS, PolicySyncHandler } from './policy-sync.handler.js';
import { FLAG, ROLLOUT, type Rollout } from './rollout.js';

const POLICY_SYNC = Symbol(GROUP);

@Module({})
class PolicySyncModule {
  static of(config: PolicySyncConfig): DynamicModule {
    return {
      module: PolicySyncModule,
      imports: [RuntimeModule.forService('policy-sync', config), FlagsModule.of(config)],
      controllers: [PolicySyncHandler, EnforcementsHandler, LinksHandler],
      providers: [
        DirectoryTable,
        { provide: PATIENCE_MS, useValue: config.DIRECTORY_PATIENCE_MS },
        { provide: LIMITS, useValue: policyLimits(config.POLICY_LIMITS) },
        {
          provide: ROLLOUT,
          inject: [Flags],
          useFactory:
            (flags: Flags): Rollout =>
            (root) =>
              flags.evaluate(FLAG, root),
        },
        {
          provide: BUCKET,
          useValue: {
            lengthMs: config.ENFORCEMENT_BUCKET_MS,
            graceMs: config.ENFORCEMENT_GRACE_MS,
          } satisfies Bucket,
        },
        {
          provide: POLICY_SYNC,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: GROUP,
              outputs: [topics.policyStates, topics.auditCandidates],
              events: taskMetrics,
            }),
        },
      ],
    };
  }
}

export const service: ServiceDefinition<PolicySyncConfig> = {
  config: PolicySyncConfig,
  module: (config) => PolicySyncModule.of(config),
  groups: [POLICY_SYNC],
};
