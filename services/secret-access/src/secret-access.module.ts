import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaBatchServer, KafkaClient, OpenTopics, RecordProducer } from '@auditmesh/kafka';
import { ProblemFilter, RuntimeModule, type ServiceDefinition } from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ALERTS, AlertsModule } from './alerts/alerts.module.js';
import { accessMetrics } from './access-metrics.js';
import { SecretAccessConfig } from './config.js';
import { DeviceEntriesHandler } from './device-entries.handler.js';
import { DEVICE_CONFIG, DeviceIntakes, useRulesOf } from './devices/device-intakes.js';
import type { WaitingLimits } from './domain/devices/waiting-entries.js';
import type { SeenLimits } from './domain/seen.js';
import { AccessQueue } from './intake/access-queue.js';
import { IntakeCallers } from './intake/intake-callers.js';
import { countRefused } from './intake/refused.js';
import { SecretIntakeController } from './intake/secret-intake.controller.js';
import { UsedKeys } from './intake/used-keys.js';
import { PATHS_FILE, PlacesTable } from './places-table.js';
import {
  GROUP,
  SecretAccessHandler,
  SEEN_LIMITS,
  USE_RULES,
  WAITING_LIMITS,
} from './secret-access.handler.js';

const SECRET_ACCESS = Symbol(GROUP);

@Module({})
export class SecretAccessModule {
  static of(config: SecretAccessConfig): DynamicModule {
    return {
      module: SecretAccessModule,
      imports: [RuntimeModule.forService('secret-access', config), AlertsModule.of(config)],
      controllers: [SecretAccessHandler, DeviceEntriesHandler, SecretIntakeController],
      providers: [
        PlacesTable,
        AccessQueue,
        { provide: UsedKeys, useValue: new UsedKeys(config.SECRET_SEEN_MS) },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: IntakeCallers, useValue: new IntakeCallers(config.SECRET_INTAKE_TOKENS) },
        {
          provide: RecordProducer,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: async (client: KafkaClient, registry: SchemaRegistry) => {
            const open = await OpenTopics.open(client, registry, [topics.secretAccesses]);
            const producer = new RecordProducer(client, open);
            await producer.connect();
            return producer;
          },
        },
        DeviceIntakes,
        { provide: DEVICE_CONFIG, useValue: config },
        { provide: USE_RULES, useValue: useRulesOf(config) },
        {
          provide: WAITING_LIMITS,
          useValue: {
            forMs: config.DEVICE_PAIRING_MS,
            entries: config.DEVICE_PAIRING_ENTRIES,
          } satisfies WaitingLimits,
        },
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
  groups: [SECRET_ACCESS, ALERTS],
  prepare: (app) => {
    countRefused(app);
    app.get(DeviceIntakes).serve(app);
  },
};
