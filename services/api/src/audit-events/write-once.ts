import { topics, type AuditEvent } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type Written } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { IdempotencyKeys, type KeptAnswer } from '../store/idempotency-keys.js';
import { MAX_EVENT_BYTES } from './event-of-post.js';
import type { AcceptedAuditEvent } from './posted-audit-event.js';

/** An event, and the key of its record. */
export interface LoggedEvent {
  log: string;
  event: AuditEvent;
}

export type WrittenOnce = AcceptedAuditEvent & {
  /** Whether the key was used before. */
  repeated: boolean;
};

/** Bytes of a record that Kafka takes for certain. */
const MAX_RECORD_BYTES = 3_000_000;

/** Writes events to `audit.events.v1`, each key of a caller once. */
@Injectable()
export class WriteOnce {
  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly producer: RecordProducer,
  ) {}

  /**
   * Resolves when the event is in Kafka. A key that was used before writes nothing and gives the answer of then.
   *
   * @param build makes the event as of a time, µs; the time of the first call counts for all
   * @throws Problem 413 if the event is too large, 422 if `isSame` refuses the body of the first call
   */
  async write(
    caller: string,
    key: string,
    own: { bodySha256: string; occurredAt: number },
    build: (occurredAt: number) => LoggedEvent,
    isSame: (first: KeptAnswer) => boolean,
  ): Promise<WrittenOnce> {
    const { event: first } = build(own.occurredAt);
    refuseTooLarge(first);
    const mine = { ...own, eventId: first.id, written: null };
    const { answer, repeated } = await this.keys.claim(caller, key, mine);
    if (!isSame(answer))
      throw new Problem(422, 'The Idempotency-Key was used for another body. Use a new key for a new event.');
    if (answer.written) return { id: answer.eventId, ...answer.written, repeated };

    const { log, event } = build(answer.occurredAt);
    const { type, source, cause, occurred_at: time } = event;
    const headers = cloudEventHeaders({ id: cause.id, type, source, time });
    const [written] = (await this.producer.send(topics.auditEvents, [
      { key: log, value: event, headers },
    ])) as [Written];
    await this.keys.written(caller, key, written);
    return { id: event.id, ...written, repeated };
  }
}

function refuseTooLarge(event: AuditEvent): void {
  const size = Buffer.byteLength(JSON.stringify({ ...event, contents: [] }));
  if (size > MAX_EVENT_BYTES)
    throw new Problem(
      413,
      `The event has ${size} bytes; ${MAX_EVENT_BYTES} are allowed. Shorten the details.`,
    );
  const whole = size + event.contents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (whole > MAX_RECORD_BYTES)
    throw new Problem(
      413,
      `The event has ${whole} bytes with its long values; ${MAX_RECORD_BYTES} are allowed. Shorten the details.`,
    );
}
