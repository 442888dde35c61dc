import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { GroupOffsets, KafkaClient, OpenTopics, RecordProducer, StartPatience } from '@auditmesh/kafka';
import {
  FlagsModule,
  isDatabaseAway,
  ProblemFilter,
  RuntimeModule,
  type ServiceDefinition,
  validationPipe,
} from '@auditmesh/runtime';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { API_TOKEN, BearerGuard } from './access/bearer.guard.js';
import { TrailReads } from './access/trail-reads.js';
import { AuditEventSearch } from './audit-events/audit-event-search.js';
import { AuditEventsController } from './audit-events/audit-events.controller.js';
import { AffectedProjects } from './audit-events/affected-projects.js';
import { PostAuditEvent } from './audit-events/post-audit-event.js';
import { WordSearch } from './audit-events/word-search.js';
import { WriteOnce } from './audit-events/write-once.js';
import { AuditLogsController } from './audit-logs/audit-logs.controller.js';
import { complianceControllers, complianceProviders } from './compliance/compliance-parts.js';
import { ApiConfig } from './config.js';
import { DirectoryChanges } from './directory/directory-changes.js';
import { EVIDENCE_SIGNER, EvidenceSigner, readSigningKey } from './evidence/signing-key.js';
import { DirectoryController } from './directory/directory.controller.js';
import { ImportDirectory } from './directory/import-directory.js';
import { UntilInEffect } from './directory/until-in-effect.js';
import { ExternalControlsModule } from './external-controls/external-controls.module.js';
import { keepSignedBodies } from './external-controls/signed-body.js';
import { GITLAB_CONTENT_TYPE, GitLabIntakeController } from './gitlab/gitlab-intake.controller.js';
import { GITLAB_INTAKE, type GitLabIntake } from './gitlab/gitlab-token.guard.js';
import { TakeGitLabEvent } from './gitlab/take-gitlab-event.js';
import { Housekeeping } from './housekeeping.js';
import { serveDocuments } from './open-api.js';
import { apiDataSource } from './store/data-source.js';
import { FlagsController } from './flags/flags.controller.js';
import { ComplianceRows } from './store/compliance-rows.js';
import { DirectoryRows } from './store/directory-rows.js';
import { ApiTokens } from './store/api-tokens.js';
import { IdempotencyKeys } from './store/idempotency-keys.js';
import { OwnEvents } from './store/own-events.js';
import { ProjectedOffsets } from './store/projected-offsets.js';
import { ViolationChanges } from './store/violation-changes.js';
import { LiveTrail } from './tail/live-trail.js';
import { TailStreams } from './tail/tail-streams.js';
import { TailController } from './tail/tail.controller.js';
import { ApiTokensController } from './tokens/api-tokens.controller.js';
import { ManageTokens } from './tokens/manage-tokens.js';
import { violationControllers, violationProviders } from './violations/violation-parts.js';

const BODY_LIMIT = 8 * 1024 * 1024;

@Module({})
export class ApiModule {
  static of(config: ApiConfig): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        RuntimeModule.forService('api', config, {
          inject: [DataSource],
          useFactory: (source: DataSource) => [
            { name: 'database', isReady: async () => Boolean(await source.query('SELECT 1')) },
          ],
        }),
        FlagsModule.of(config),
        StoreModule.of(config),
        ExternalControlsModule.of(config),
      ],
      controllers: [
        TailController,
        AuditEventsController,
        AuditLogsController,
        DirectoryController,
        GitLabIntakeController,
        FlagsController,
        ApiTokensController,
        ...complianceControllers,
        ...violationControllers,
      ],
      providers: [
        { provide: API_TOKEN, useValue: config.API_TOKEN },
        { provide: APP_GUARD, useClass: BearerGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: GITLAB_INTAKE, useValue: gitLabIntake(config) },
        { provide: EVIDENCE_SIGNER, useValue: evidenceSigner(config) },
        { provide: ApiConfig, useValue: config },
        TrailReads,
        LiveTrail,
        TailStreams,
        WordSearch,
        AuditEventSearch,
        AffectedProjects,
        PostAuditEvent,
        TakeGitLabEvent,
        WriteOnce,
        ImportDirectory,
        DirectoryChanges,
        UntilInEffect,
        ManageTokens,
        ...complianceProviders,
        ...violationProviders,
        Housekeeping,
      ],
    };
  }
}

const gitLabIntake = (config: ApiConfig): GitLabIntake => ({
  token: config.GITLAB_STREAMING_TOKEN,
  instance: config.GITLAB_INSTANCE,
});

/** Null without a key. */
const evidenceSigner = ({ EVIDENCE_SIGNING_KEY: key }: ApiConfig): EvidenceSigner | null =>
  key ? new EvidenceSigner(readSigningKey(key)!) : null;

/** Connections to PostgreSQL and Kafka; one that stays away stops the start. */
@Module({})
class StoreModule {
  static of(config: ApiConfig): DynamicModule {
    return {
      module: StoreModule,
      global: true,
      providers: [
        {
          provide: DataSource,
          inject: [StartPatience],
          useFactory: (patience: StartPatience) =>
            patience.until(
              'PostgreSQL',
              () => apiDataSource(config.DATABASE_URL, config.DATABASE_SCHEMA).initialize(),
              isDatabaseAway,
            ),
        },
        {
          provide: OpenTopics,
          inject: [KafkaClient, SchemaRegistry],
          useFactory: (client: KafkaClient, registry: SchemaRegistry) =>
            OpenTopics.open(client, registry, [
              topics.auditEvents,
              topics.directoryChanges,
              topics.complianceCommands,
            ]),
        },
        {
          provide: RecordProducer,
          inject: [KafkaClient, OpenTopics],
          useFactory: async (client: KafkaClient, open: OpenTopics) => {
            const producer = new RecordProducer(client, open);
            await producer.connect();
            return producer;
          },
        },
        {
          provide: GroupOffsets,
          inject: [KafkaClient],
          useFactory: (client: KafkaClient) => new GroupOffsets(client),
        },
        ApiTokens,
        ComplianceRows,
        DirectoryRows,
        IdempotencyKeys,
        OwnEvents,
        ProjectedOffsets,
        ViolationChanges,
      ],
      exports: [
        DataSource,
        OpenTopics,
        ComplianceRows,
        RecordProducer,
        GroupOffsets,
        ApiTokens,
        DirectoryRows,
        IdempotencyKeys,
        OwnEvents,
        ProjectedOffsets,
        ViolationChanges,
      ],
    };
  }
}

export const service: ServiceDefinition<ApiConfig> = {
  config: ApiConfig,
  module: (config) => ApiModule.of(config),
  bodyLimit: BODY_LIMIT,
  prepare: (app) => {
    app.useGlobalPipes(validationPipe());
    // Text, since it is JSON under this name.
    app.useBodyParser(GITLAB_CONTENT_TYPE, { bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body.toString()),
    );
    keepSignedBodies(app);
    serveDocuments(app);
  },
};
