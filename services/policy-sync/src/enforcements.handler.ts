import { topics, type PolicyEnforcementReported } from '@auditmesh/events';
import { BatchHandler, type Batch, type ConsumedRecord, type Transaction } from '@auditmesh/kafka';
import { type Directory, siteOf } from '@auditmesh/policies';
import { Controller, Inject } from '@nestjs/common';
import { DirectoryTable, policyProject } from './directory-table.js';
import { candidatesOfReport, faultOfReport, type Bucket, type LocatedReport } from './domain/enforcement.js';
import type { ProjectStates } from './domain/project-states.js';
import { GROUP, sendCandidate } from './policy-sync.handler.js';
import { heldBack, ROLLOUT, type Rollout } from './rollout.js';

export const BUCKET = Symbol('BUCKET');
type Report = ConsumedRecord<PolicyEnforcementReported>;

/** Turns policies that were not enforced, and policies that somebody got around, into candidates of audit events. */
@Controller()
export class EnforcementsHandler {
  constructor(
    private readonly directories: DirectoryTable,
    @Inject(ROLLOUT) private readonly rollout: Rollout,
    @Inject(BUCKET) private readonly bucket: Bucket,
  ) {}

  /**
   * Emits the candidates and the offset in one transaction, hence nothing before the directory was waited for; it is asked
   * once for each policy project.
   */
  @BatchHandler(GROUP, topics.policyEnforcements)
  async handle(batch: Batch<PolicyEnforcementReported>, tx: Transaction<ProjectStates>): Promise<void> {
    const sound = batch.records.filter((record) => {
      const fault = faultOfReport(record.value, record.headers, record.timestamp);
      if (fault) tx.deadLetter(record, 'INVALID_RECORD', fault);
      return !fault;
    });
    const located: LocatedReport[] = [];
    for (const [id, reports] of Map.groupBy(sound, ({ value }) => value.policy_project_id))
      located.push(
        ...(await this.directories.knowing(
          policyProject(id),
          () => tx.checkpoint(),
          (directory) => reports.map((record) => locate(record, directory)),
        )),
      );
    for (const each of located) {
      const { on, variant } = this.rollout(each.site.scope.root_namespace_id);
      if (!on) heldBack.inc({ kind: 'report' });
      else for (const keyed of candidatesOfReport(each, variant, this.bucket)) sendCandidate(tx, keyed);
    }
  }
}

function locate({ value: report, headers, timestamp }: Report, directory: Directory): LocatedReport {
  const { ce_source: source, ce_id: id, traceparent } = headers;
  const traceId = traceparent?.split('-')[1] ?? null;
  const topic = topics.policyEnforcements.name;
  return {
    report,
    cause: { source: source!, id: id!, topic, traceId, appended: timestamp },
    site: siteOf(directory, report.policy_project_id),
    projectPath: report.project_path ?? directory.project(report.project_id)?.path ?? null,
  };
}
