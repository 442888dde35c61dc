import { Catalog } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import { asksForSecrets } from '../audit-events/filter-of-query.js';
import type { AuditEventsFilterQuery } from '../audit-events/search-audit-events.query.js';
import { has } from '../domain/principal.js';
import { isUseOfSecret } from '../domain/secret-events.js';
import { causeOfRead, eventOfRead, type Look, type Looked, type Looker } from '../domain/trail-read.js';
import type { WatchedName } from '../domain/watched.js';
import { Problem } from '@auditmesh/runtime';
import { OwnEvents } from '../store/own-events.js';

/** Refusals of one caller and thing within five minutes that are told filter by filter; the others are one event together. */
const MOST_REFUSALS = 100;
/** Callers that are counted; then counting begins anew. */
const MOST_CALLERS = 1_000;

/** Records who looks at what is watched: one event per actor, filter and five minutes. */
@Injectable()
export class TrailReads {
  /** By caller, thing and five minutes, causes of refusals so far. */
  private readonly refusals = new Map<string, Set<string>>();

  constructor(
    private readonly events: OwnEvents,
    private readonly catalog: Catalog,
  ) {}

  /** Refuses a search that can only give events about secrets, to whoever may not see them. @throws Problem 403 */
  async refuse(looker: Looker, query: AuditEventsFilterQuery): Promise<void> {
    if (has(looker.principal, 'secret_audit:read') || !asksForSecrets(query, this.catalog)) return;
    await this.deny(looker, 'secrets', { ...query });
    throw new Problem(403, 'Events about secrets need the permission secret_audit:read as well.');
  }

  /** Resolves when it is durable that the caller was refused. */
  deny(looker: Looker, what: WatchedName, looked: Looked): Promise<void> {
    const look = { what, verdict: 'denied', looked } as const;
    return this.record(looker, this.isFlooding(looker, look) ? { ...look, looked: { others: true } } : look);
  }

  /** To be awaited before anything is shown: resolves when it is durable that the caller was shown it. */
  allow(looker: Looker, what: WatchedName, looked: Looked): Promise<void> {
    return this.record(looker, { what, verdict: 'allowed', looked });
  }

  /** As `allow` of secrets, if one of the events to be shown tells of the use of secrets. */
  async allowThese(
    looker: Looker,
    looked: Looked,
    shown: readonly { type: string; category: string }[],
  ): Promise<void> {
    if (shown.some(isUseOfSecret)) await this.allow(looker, 'secrets', looked);
  }

  private async record(looker: Looker, look: Look): Promise<void> {
    const at = Date.now() * 1000;
    await this.events.record(causeOfRead(looker, look, at), () => eventOfRead(looker, look, at));
  }

  /** Whoever is refused with ever new filters must not fill the trail. */
  private isFlooding(looker: Looker, look: Look): boolean {
    const at = Date.now() * 1000;
    const bucket = causeOfRead(looker, { ...look, looked: {} }, at);
    if (!this.refusals.has(bucket)) {
      if (this.refusals.size >= MOST_CALLERS) this.refusals.clear();
      this.refusals.set(bucket, new Set());
    }
    const known = this.refusals.get(bucket)!;
    const cause = causeOfRead(looker, look, at);
    if (known.has(cause)) return false;
    if (known.size >= MOST_REFUSALS) return true;
    known.add(cause);
    return false;
  }
}
