import type { SchemaRegistry } from '@auditmesh/avro';
import type { Topic } from '@auditmesh/events';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { KafkaClient } from '../client/kafka-client.js';
import { TaskGroup, type GroupHandlers, type TaskGroupOptions } from '../task/task-group.js';
import type { Input } from '../task/session-context.js';
import { OpenTopics } from '../topics.js';
import { POSITIONS, RESTORE, TICK, transportOf } from './decorators.js';

interface InputPattern {
  topic: Topic<unknown>;
  fields?: readonly string[];
}

export interface KafkaBatchServerOptions extends Omit<TaskGroupOptions, 'inputs' | 'handlers'> {
  /** Topics that the handlers write or restore from, besides their inputs. */
  outputs?: Topic<unknown>[];
}

/**
 * The transport of one consumer group for Nest: its handlers get batches of decoded records of one partition, and what
 * they do takes effect together with the offset.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId: symbol;
  override readonly propagatesEventHandlerErrors = true;
  private group: TaskGroup | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    private readonly options: KafkaBatchServerOptions,
  ) {
    super();
    this.transportId = transportOf(options.group);
  }

  async listen(done: (error?: unknown) => void): Promise<void> {
    try {
      const patterns = [...this.messageHandlers.values()].flatMap((h) =>
        h.extras?.topic ? [h.extras as unknown as InputPattern] : [],
      );
      if (!patterns.length) throw new Error(`The group ${this.options.group} has no @BatchHandler.`);
      const named = new Set([...patterns.map(({ topic }) => topic), ...(this.options.outputs ?? [])]);
      const topics = await OpenTopics.open(this.client, this.registry, [...named]);
      const inputs = patterns.map(({ topic, fields }): Input => {
        const wholeCodec = topics.get(topic).codec;
        return { topic, wholeCodec, codec: fields ? wholeCodec.projection(fields) : wholeCodec };
      });
      this.group = new TaskGroup(this.client, topics, {
        ...this.options,
        inputs,
        handlers: this.handlers(inputs),
      });
      await this.group.start();
      done();
    } catch (error) {
      done(error);
    }
  }

  async close(): Promise<void> {
    await this.group?.stop();
  }

  /** Partition numbers whose tasks run here. */
  get assigned(): number[] {
    return this.group?.assigned ?? [];
  }

  override on(): never {
    throw new Error('This transport has no events to listen to.');
  }

  override unwrap<T>(): T {
    return this.group as T;
  }

  private handlers(inputs: Input[]): GroupHandlers {
    const call = (pattern: string) => {
      const handler = this.messageHandlers.get(pattern);
      return handler && ((data: unknown, context?: unknown) => invoke(handler, data, context));
    };
    const batch = new Map(inputs.map(({ topic }) => [topic.name, call(topic.name)!]));
    const positions = call(POSITIONS);
    return positions
      ? { external: { positions, batch } }
      : { exactlyOnce: { batch, restore: call(RESTORE), tick: call(TICK) } };
  }
}

async function invoke(handler: MessageHandler, data: unknown, context: unknown): Promise<never> {
  const answer: unknown = await handler(data, context);
  return (isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer) as never;
}
