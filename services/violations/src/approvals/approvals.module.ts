import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { policyLimits } from '@auditmesh/policies';
import { Module, type DynamicModule } from '@nestjs/common';
import type { ViolationsConfig } from '../config.js';
import { approvalTaskMetrics } from './approvals-metrics.js';
import { APPROVALS_GROUP, ApprovalsHandler, MEMORY_MS } from './approvals.handler.js';
import { Governance, GOVERNANCE_OPTIONS, type GovernanceOptions } from './governance.js';

/** Token of the server of the group. */
export const APPROVALS = Symbol(APPROVALS_GROUP);

/** Approval policies: a group of their own, which shares nothing with the controls. */
@Module({})
export class ApprovalsModule {
  static of(config: ViolationsConfig): DynamicModule {
    return {
      module: ApprovalsModule,
      controllers: [ApprovalsHandler],
      providers: [
        Governance,
        {
          provide: GOVERNANCE_OPTIONS,
          useValue: {
            patienceMs: config.DIRECTORY_PATIENCE_MS,
            limits: policyLimits(config.POLICY_LIMITS),
          } satisfies GovernanceOptions,
        },
        { provide: MEMORY_MS, useValue: config.MERGE_REQUEST_MEMORY_MS },
        {
          provide: APPROVALS,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: APPROVALS_GROUP,
              outputs: [topics.approvalsStates, topics.auditEvents],
              events: approvalTaskMetrics,
            }),
        },
      ],
      exports: [APPROVALS],
    };
  }
}
