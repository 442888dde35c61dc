import { Injectable } from '@nestjs/common';
import { TrailReads } from '../access/trail-reads.js';
import { AuditEventSearch } from '../audit-events/audit-event-search.js';
import type { AuditEventJson } from '../audit-events/audit-event.json.js';
import { sightOf } from '../domain/event-filter.js';
import type { Looker } from '../domain/trail-read.js';
import type { ViolationJson } from '../violations/violation.json.js';

/** The audit events behind violations. */
@Injectable()
export class EvidenceEvents {
  constructor(
    private readonly search: AuditEventSearch,
    private readonly reads: TrailReads,
  ) {}

  /** By id, those that the looker may see; that they looked at the use of secrets is durable when this resolves. */
  async of(
    violations: readonly ViolationJson[],
    frameworkId: number,
    looker: Looker,
  ): Promise<Map<string, AuditEventJson>> {
    const keys = violations.map(({ audit_event, detected_at }) => ({
      id: audit_event.id,
      occurredAt: detected_at,
    }));
    const events = await this.search.byKeys(keys, sightOf(looker.principal));
    await this.reads.allowThese(looker, { framework: frameworkId }, [...events.values()]);
    return events;
  }
}
