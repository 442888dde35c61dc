import type { Topic } from '@auditmesh/events';
import { EventPattern } from '@nestjs/microservices';
import type { Batch, RestoreContext, Tick } from '../task/batch.js';

/** Transport of a consumer group: Nest gives each server the handlers that carry its symbol. */
export const transportOf = (group: string): symbol => Symbol.for(`auditmesh.kafka/${group}`);

export const RESTORE = 'auditmesh.restore';
export const TICK = 'auditmesh.tick';

type Decorates<F> = <M extends F>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<M>,
) => void;

/**
 * Handles the batches of one input of the group. With offsets in Kafka the method takes (batch: Batch<T>, tx:
 * Transaction<S>); with offsets in a store of its own (batch: Batch<T>, reject: Reject).
 */
export const BatchHandler = <T>(
  group: string,
  topic: Topic<T>,
): Decorates<(batch: Batch<T>, context: never) => Promise<void>> => pattern(topic.name, group, { topic });

/** Gives the state of a task before its first batch. */
export const RestoreHandler = (group: string): Decorates<(context: RestoreContext) => Promise<unknown>> =>
  pattern(RESTORE, group);

/** Called about once a second. The method takes (tick: Tick, tx: Transaction<S>). */
export const TickHandler = (group: string): Decorates<(tick: Tick, tx: never) => Promise<void>> =>
  pattern(TICK, group);

const pattern = (name: string, group: string, extras: Record<string, unknown> = {}) =>
  EventPattern(name, transportOf(group), extras) as MethodDecorator;
