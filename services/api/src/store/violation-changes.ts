import { topics } from '@auditmesh/events';
import { pause } from '@auditmesh/kafka';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Rows } from './compliance-facts.js';
import type { ChangeRow } from '../violations/violation-history.json.js';

const POLL_MS = 20;

/** What happened to violations, as the projector has written it. */
@Injectable()
export class ViolationChanges {
  constructor(@Inject(DataSource) private readonly source: Rows) {}

  /** The log that the violation is told in. @throws Error if there is no such violation */
  async logOf(violationId: string): Promise<string> {
    const [row] = await this.source.query<{ log: string }[]>(
      'SELECT log FROM project_compliance_violations WHERE id = $1',
      [violationId],
    );
    if (!row) throw new Error(`There is no violation ${violationId}.`);
    return row.log;
  }

  /** By violation and number. */
  of(violationIds: string[]): Promise<ChangeRow[]> {
    return this.source.query<ChangeRow[]>(
      `SELECT violation_id, number, kind, at, recorded_at, actor, cause_id, cause_topic, from_status, to_status, automatic,
         reason, comment, url, title, removed
       FROM project_compliance_violation_changes WHERE violation_id = ANY ($1) ORDER BY violation_id, number`,
      [violationIds],
    );
  }

  /**
   * Resolves to whether the violation has a change that was made from this command, as soon as it has, or everything
   * before the offset of `compliance.violations.v1` is here and it has not; undefined when neither is so within
   * `timeoutMs`.
   */
  async includes(
    violationId: string,
    commandId: string,
    { partition, offset }: { partition: number; offset: number },
    timeoutMs: number,
  ): Promise<boolean | undefined> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const [{ included, all }] = await this.source.query<[{ included: boolean; all: boolean }]>(
        `SELECT EXISTS (SELECT FROM project_compliance_violation_changes WHERE violation_id = $1 AND cause_id = $2) AS included,
           $5 <= coalesce((SELECT next_offset FROM kafka_offsets
             WHERE consumer_group = 'projector' AND topic = $3 AND partition = $4), 0) AS all`,
        [violationId, commandId, topics.complianceViolations.name, partition, offset],
      );
      if (included || all) return included;
      if (Date.now() > deadline) return undefined;
      await pause(POLL_MS);
    }
  }
}
