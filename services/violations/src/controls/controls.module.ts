import { SchemaRegistry } from '@auditmesh/avro';
import type { ControlSets } from '@auditmesh/compliance';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { loadCatalog, LOG, type Logger } from '@auditmesh/runtime';
import { loadControlSets } from '@auditmesh/runtime/controls';
import { Module, type DynamicModule } from '@nestjs/common';
import type { ViolationsConfig } from '../config.js';
import { controlsTaskMetrics, leftOutControls } from './controls-metrics.js';
import { CONTROL_SETS, CONTROLS_GROUP, ControlsHandler, TRANSACTION_CANDIDATES } from './controls.handler.js';
import { DirectoryTable } from './directory-table.js';

/** Token of the server of the group. */
export const CONTROLS = Symbol(CONTROLS_GROUP);

/** Controls that events break, and the violations that come of it: a group of its own. */
@Module({})
export class ControlsModule {
  static of(config: ViolationsConfig): DynamicModule {
    return {
      module: ControlsModule,
      controllers: [ControlsHandler],
      providers: [
        DirectoryTable,
        { provide: CONTROL_SETS, inject: [LOG], useFactory: (log: Logger) => controlSets(config, log) },
        { provide: TRANSACTION_CANDIDATES, useValue: config.TRANSACTION_CANDIDATES },
        {
          provide: CONTROLS,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: CONTROLS_GROUP,
              outputs: [topics.complianceViolations, topics.violationsStates, topics.auditCandidates],
              events: controlsTaskMetrics,
            }),
        },
      ],
      exports: [CONTROLS],
    };
  }
}

function controlSets(config: ViolationsConfig, log: Logger): ControlSets {
  const sets = loadControlSets(config, loadCatalog(config), ({ control, message }) => {
    leftOutControls.inc();
    log.warn({ control }, `left out a control of a tenant: ${message}`);
  });
  for (const { control, message } of sets.common.problems) log.warn({ control }, message);
  return sets;
}
