import type { Topic } from '@auditmesh/events';
import { Catch, UseFilters, type RpcExceptionFilter } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { Batch, PartialBatch, RestoreContext, Tick } from '../task/batch.js';
import type { MakeDurable } from '../task/external-offsets.js';

/** Transport of a consumer group: Nest gives each server the handlers that carry its symbol. */
export const transportOf = (group: string): symbol => Symbol.for(`auditmesh.kafka/${group}`);

export const RESTORE = 'auditmesh.restore';
export const TICK = 'auditmesh.tick';
export const POSITIONS = 'auditmesh.positions';

type Decorates<F> = <M extends F>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<M>,
) => void;

/**
 * Handles the batches of one input of the group. With offsets in Kafka the method takes (batch: Batch<T>, tx:
 * Transaction<S>); with offsets in a store of its own (batch: Batch<T>,
 * reject: Reject), and it returns what makes the effect durable.
 */
export const BatchHandler = <T>(
  group: string,
  topic: Topic<T>,
): Decorates<(batch: Batch<T>, context: never) => Promise<void | MakeDurable>> =>
  pattern(topic.name, group, { topic });

/**
 * As BatchHandler, where only these fields of most records are read: the rest is checked and skipped, which takes a
 * quarter of the time. `batch.whole(record)` gives all of one.
 */
export const PartialBatchHandler = <T, K extends keyof T & string>(
  group: string,
  topic: Topic<T>,
  fields: readonly K[],
): Decorates<(batch: PartialBatch<T, K>, context: never) => Promise<void | MakeDurable>> =>
  pattern(topic.name, group, { topic, fields });

/** Gives the state of a task before its first batch. */
export const RestoreHandler = (group: string): Decorates<(context: RestoreContext) => Promise<unknown>> =>
  pattern(RESTORE, group);

/**
 * Says where a task reads on, by declared topic, which makes the offsets of record those of a store of the service's own.
 * The method takes (partition, inputs).
 */
export const PositionsHandler = (
  group: string,
): Decorates<(partition: number, inputs: Topic<unknown>[]) => Promise<Map<string, number | undefined>>> =>
  pattern(POSITIONS, group);

/** Called about once a second. The method takes (tick: Tick, tx: Transaction<S>). */
export const TickHandler = (group: string): Decorates<(tick: Tick, tx: never) => Promise<void>> =>
  pattern(TICK, group);

/** Besides the pattern: both arguments reach the method, and what it throws reaches the transport as it was thrown. */
const pattern =
  (name: string, group: string, extras: Record<string, unknown> = {}): MethodDecorator =>
  (target, method, descriptor) => {
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    UseFilters(PassErrorsOn)(target, method, descriptor);
    (EventPattern(name, transportOf(group), extras) as MethodDecorator)(target, method, descriptor);
  };

/** Nest's own filter would turn every error into "Internal server error"; the transport needs to see what it was. */
@Catch()
class PassErrorsOn implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
