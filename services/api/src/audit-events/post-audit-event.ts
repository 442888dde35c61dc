import { hash } from 'node:crypto';
import { Catalog, parseMicros } from '@auditmesh/events';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { may, type Principal } from '../domain/principal.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { eventOfPost, type ResolvedScope } from './event-of-post.js';
import type { PostedAuditEvent } from './posted-audit-event.js';
import { WriteOnce, type WrittenOnce } from './write-once.js';

const DAY_US = 86_400_000_000;
export const NOWHERE: ResolvedScope = { path: null, tenant: null, logShards: 1 };

/** Takes events over HTTP; the same key with the same body gives one event, however often it is sent. */
@Injectable()
export class PostAuditEvent {
  constructor(
    private readonly directory: DirectoryRows,
    private readonly once: WriteOnce,
    private readonly catalog: Catalog,
  ) {}

  /**
   * Resolves when the event is in Kafka.
   *
   * @throws Problem 400, 403 outside the caller's groups, 413, or 422 when the key was used for another body
   */
  async post(posted: PostedAuditEvent, principal: Principal, key: string): Promise<WrittenOnce> {
    const { scope, type } = posted;
    if (!this.catalog.get(type))
      throw Problem.parameter('type', 'it is not in the catalog; `auditmesh catalog list` shows what is.');
    const own = {
      bodySha256: hash('sha256', JSON.stringify(posted), 'hex'),
      occurredAt: occurredAt(posted),
    };
    const resolved = (scope.id && (await this.directory.resolve(scope.type, scope.id))) || NOWHERE;
    if (!may(principal, 'audit_events:write', { root_namespace_id: resolved.tenant, path: resolved.path }))
      throw new Problem(403, 'The scope of the event is outside the groups that the token reaches.');
    const caller = principal.id;
    return this.once.write(
      caller,
      key,
      own,
      (at) => eventOfPost(posted, at, caller, key, resolved, this.catalog),
      (first) => first.bodySha256 === own.bodySha256,
    );
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
