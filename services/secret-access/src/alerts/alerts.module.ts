import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient } from '@auditmesh/kafka';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import type { SecretAccessConfig } from '../config.js';
import { alertTaskMetrics } from './alert-metrics.js';
import { ALERTS_GROUP, AlertsHandler, MOST_SUBJECTS } from './alerts.handler.js';
import { RulesFolder } from './rules-folder.js';

/** Token of the server of the group. */
export const ALERTS = Symbol(ALERTS_GROUP);

/** The alert rules: a group of their own, which shares nothing with the rest of the service. */
@Module({})
export class AlertsModule {
  static of(config: SecretAccessConfig): DynamicModule {
    return {
      module: AlertsModule,
      controllers: [AlertsHandler],
      providers: [
        { provide: MOST_SUBJECTS, useValue: config.ALERT_SUBJECTS },
        {
          provide: RulesFolder,
          inject: [LOG],
          useFactory: (log: Logger) => RulesFolder.open(config.ALERT_RULES_FOLDER, log),
        },
        {
          provide: ALERTS,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            new KafkaBatchServer(client, registry, {
              group: ALERTS_GROUP,
              outputs: [topics.alertsInputs, topics.alertsStates, topics.auditEvents],
              events: alertTaskMetrics,
            }),
        },
      ],
      exports: [ALERTS],
    };
  }
}
