import { topics, type SecretAccessed } from '@auditmesh/events';
import {
  BatchHandler,
  partitionOf,
  RestoreHandler,
  TickHandler,
  type Batch,
  type RestoreContext,
  type Tick,
  type Transaction,
} from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import type { SeenLimits } from './domain/seen.js';
import { TaskState } from './domain/task-state.js';

export const GROUP = 'secret-access';
export const SEEN_LIMITS = Symbol('SEEN_LIMITS');
const { partitions } = topics.secretAccesses;

type Tx = Transaction<TaskState>;

/** Makes audit events of the uses of secrets that producers report, and of the producers' own gaps and silences. */
@Controller()
export class SecretAccessHandler {
  constructor(@Inject(SEEN_LIMITS) private readonly limits: SeenLimits) {}

  @RestoreHandler(GROUP)
  async restore(context: RestoreContext): Promise<TaskState> {
    // Heartbeats come to every partition; one of them is watched.
    const watches = (producerId: string) => partitionOf(producerId, partitions) === context.partition;
    const state = new TaskState(this.limits, watches);
    for await (const records of context.changelog(topics.secretsStates)) {
      for (const { key, value } of records) state.restore(key, value);
    }
    return state;
  }

  /** Emits, keeps the state and moves the offset in one transaction. */
  @BatchHandler(GROUP, topics.secretAccesses)
  async handle(_batch: Batch<SecretAccessed>, tx: Tx): Promise<void> {
    keepState(tx);
  }

  /** On an idle partition the wall clock takes the place of the log's. */
  @TickHandler(GROUP)
  async tick({ idle }: Tick, tx: Tx): Promise<void> {
    if (!idle) return;
    keepState(tx);
  }
}

/** Writes down what has changed; every handler of the group ends with it. */
export function keepState(tx: Tx): void {
  for (const record of tx.state.takeChanges())
    tx.send(topics.secretsStates, { ...record, partition: tx.partition });
}
