import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Looker } from '../domain/trail-read.js';
import type { ViolationFilter } from '../domain/violation-filter.js';
import { ViolationSearch } from '../violations/violation-search.js';
import type { SeenExpressions } from './evidence-controls.js';
import { EvidenceEvents } from './evidence-events.js';
import { violationsCsv, violationsJsonl } from './evidence-files.js';
import type { Period } from './period.js';
import type { PackFile } from './signed-pack.js';

/** The violations of a framework that were detected or open in a period. */
@Injectable()
export class EvidenceViolations {
  constructor(
    private readonly violations: ViolationSearch,
    private readonly events: EvidenceEvents,
  ) {}

  files(rows: EntityManager, frameworkId: number, period: Period, looker: Looker): PackFile[] {
    const filter = filterOf(frameworkId, period, looker);
    const pages = () => this.violations.on(rows).pages(filter);
    const eventsOf = (some: Parameters<EvidenceEvents['of']>[0]) => this.events.of(some, frameworkId, looker);
    return [
      { name: 'violations.csv', content: () => violationsCsv(pages()) },
      { name: 'violations.jsonl', content: () => violationsJsonl(rows, pages(), eventsOf) },
    ];
  }

  /** The expressions that they broke. */
  async expressions(
    rows: EntityManager,
    frameworkId: number,
    period: Period,
    looker: Looker,
  ): Promise<SeenExpressions> {
    const found = await this.violations.on(rows).expressions(filterOf(frameworkId, period, looker));
    const byControl = Map.groupBy(found, ({ control }) => control);
    return new Map([...byControl].map(([name, seen]) => [name, seen.map(({ control: _, ...each }) => each)]));
  }
}

const filterOf = (
  frameworkId: number,
  { from, to }: Period,
  { principal: { namespaces } }: Looker,
): ViolationFilter => ({
  terms: [
    { by: 'framework', id: frameworkId },
    { by: 'during', from, to },
  ],
  namespaces,
});
