import type { Topic } from '@auditmesh/events';
import { EventPattern } from '@nestjs/microservices';
import type { Batch, RestoreContext, Tick, Transaction } from '../task/batch.js';
import type { Reject } from '../task/external-offsets.js';

/** Transport of a consumer group: Nest gives each server the handlers that carry its symbol. */
export const transportOf = (group: string): symbol => Symbol.for(`auditmesh.kafka/${group}`);

export const RESTORE = 'auditmesh.restore';
export const TICK = 'auditmesh.tick';

type MethodOf<M> = (target: object, name: string | symbol, method: TypedPropertyDescriptor<M>) => void;

/**
 * Handles the batches of one input of the group. With offsets in Kafka the method takes (batch: Batch<T>, tx:
 * Transaction<S>); with offsets in a store of its own (batch: Batch<T>, reject: Reject).
 */
export function BatchHandler<T, S>(
  group: string,
  topic: Topic<T>,
): MethodOf<
  | ((batch: Batch<T>, tx: Transaction<S>) => Promise<void>)
  | ((batch: Batch<T>, reject: Reject) => Promise<void>)
> {
  return pattern(topic.name, group, { topic });
}

/** Gives the state of a task before its first batch. */
export const RestoreHandler = <S>(group: string): MethodOf<(context: RestoreContext) => Promise<S>> =>
  pattern(RESTORE, group);

/** Called about once a second. */
export const TickHandler = <S>(group: string): MethodOf<(tick: Tick, tx: Transaction<S>) => Promise<void>> =>
  pattern(TICK, group);

const pattern = (name: string, group: string, extras: Record<string, unknown> = {}) =>
  EventPattern(name, transportOf(group), extras) as MethodDecorator;
