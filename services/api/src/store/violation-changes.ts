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

  /** Resolves to whether the violation has a change that was made from this command; false when it has not within `timeoutMs`. */
  async includes(violationId: string, commandId: string, timeoutMs: number): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const rows = await this.source.query<unknown[]>(
        'SELECT 1 FROM project_compliance_violation_changes WHERE violation_id = $1 AND cause_id = $2',
        [violationId, commandId],
      );
      if (rows.length) return true;
      if (Date.now() > deadline) return false;
      await pause(POLL_MS);
    }
  }
}
