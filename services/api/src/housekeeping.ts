import { GroupOffsets, RecordProducer } from '@auditmesh/kafka';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IdempotencyKeys } from './store/idempotency-keys.js';
import { ExternalControlLeftovers } from './store/external-control-leftovers.js';
import { OwnEvents } from './store/own-events.js';

const HOUR_MS = 3_600_000;

/** Clears out what has had its time, and lets go of connections at the end. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly ownEvents: OwnEvents,
    private readonly leftovers: ExternalControlLeftovers,
    private readonly source: DataSource,
    private readonly producer: RecordProducer,
    private readonly groups: GroupOffsets,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      Promise.all([this.keys.forgetOld(), this.ownEvents.forgetOld(), this.leftovers.forgetOld()]).catch(
        (error: unknown) => this.log.warn({ err: error }, 'old operational data could not be cleared out'),
      );
    }, HOUR_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.producer.disconnect();
    await this.groups.disconnect();
    if (this.source.isInitialized) await this.source.destroy();
  }
}
