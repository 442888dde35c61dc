import { hash } from 'node:crypto';
import { Catalog, parseMicros, topics } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type Written } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import { Problem } from '../problems/problem.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { IdempotencyKeys } from '../store/idempotency-keys.js';
import { eventOfPost, MAX_EVENT_BYTES, type ResolvedScope } from './event-of-post.js';
import type { AcceptedAuditEvent, PostedAuditEvent } from './posted-audit-event.js';

const DAY_US = 86_400_000_000;
const NOWHERE: ResolvedScope = { path: null, tenant: null, logShards: 1 };

/** Takes events over HTTP; the same key with the same body gives one event, however often it is sent. */
@Injectable()
export class PostAuditEvent {
  constructor(
    private readonly directory: DirectoryRows,
    private readonly keys: IdempotencyKeys,
    private readonly producer: RecordProducer,
    private readonly catalog: Catalog,
  ) {}

  /**
   * Resolves when the event is in Kafka.
   *
   * @throws Problem 400, or 422 when the key was used for another body
   */
  async post(
    posted: PostedAuditEvent,
    caller: string,
    key: string,
  ): Promise<AcceptedAuditEvent & { repeated: boolean }> {
    const { scope, type } = posted;
    if (!this.catalog.get(type))
      throw Problem.parameter('type', 'it is not in the catalog; `auditmesh catalog list` shows what is.');
    const resolved = (scope.id && (await this.directory.resolve(scope.type, scope.id))) || NOWHERE;
    const build = (at: number) => eventOfPost(posted, at, caller, key, resolved, this.catalog);
    const first = build(occurredAt(posted));
    const size = Buffer.byteLength(JSON.stringify(first.event));
    if (size > MAX_EVENT_BYTES)
      throw new Problem(
        413,
        `The event has ${size} bytes; ${MAX_EVENT_BYTES} are allowed. Shorten the details.`,
      );

    const bodySha256 = hash('sha256', JSON.stringify(posted), 'hex');
    const own = { bodySha256, eventId: first.event.id, occurredAt: first.event.occurred_at, written: null };
    const { answer, repeated } = await this.keys.claim(caller, key, own);
    if (answer.bodySha256 !== bodySha256)
      throw new Problem(422, 'The Idempotency-Key was used for another body. Use a new key for a new event.');
    if (answer.written) return { id: answer.eventId, ...answer.written, repeated };

    const { log, event } = build(answer.occurredAt);
    const headers = cloudEventHeaders({
      id: key,
      type: event.type,
      source: event.source,
      time: event.occurred_at,
    });
    const [written] = (await this.producer.send(topics.auditEvents, [
      { key: log, value: event, headers },
    ])) as [Written];
    await this.keys.written(caller, key, written);
    return { id: event.id, ...written, repeated };
  }
}

function occurredAt({ occurred_at: text }: PostedAuditEvent): number {
  const now = Date.now() * 1000;
  if (text === undefined) return now;
  const micros = parseMicros(text);
  if (micros === undefined)
    throw Problem.parameter('occurred_at', 'it must be a time such as 2026-11-20T10:00:00Z.');
  if (micros < 0) throw Problem.parameter('occurred_at', 'it is before 1970.');
  if (micros > now + DAY_US) throw Problem.parameter('occurred_at', 'it is later than tomorrow.');
  return micros;
}
