import { topics, type ComplianceChange, type DirectoryChanged } from '@auditmesh/events';
import {
  BatchHandler,
  type Batch,
  type ConsumedRecord,
  type MakeDurable,
  type Reject,
} from '@auditmesh/kafka';
import { secondsHistogram } from '@auditmesh/runtime';
import { Controller } from '@nestjs/common';
import { faultOfChange } from './domain/compliance-fault.js';
import { isStorable } from './domain/storable-text.js';
import type { RecordedChange } from './domain/violation-rows.js';
import type { RecordedDirectoryChange } from './store/directory-history.js';
import { DirectoryTables } from './store/directory.js';
import { GROUP } from './store/group.js';
import { Violations } from './store/violations.js';
import { TaskOffsets } from './task-offsets.js';

const delay = secondsHistogram(
  'auditmesh_violation_projection_delay_seconds',
  'From the append of what the violations engine tells to its rows.',
);

/** A change with its record, which can be put into the dead-letter queue. */
type Received = RecordedChange & { record: ConsumedRecord<ComplianceChange> };

/** Carries the directory and what the violations engine tells into PostgreSQL, where the offsets of record are. */
@Controller()
export class ComplianceHandler {
  constructor(
    private readonly violations: Violations,
    private readonly directory: DirectoryTables,
    private readonly offsets: TaskOffsets,
  ) {}

  @BatchHandler(GROUP, topics.complianceViolations)
  async handleViolations(batch: Batch<ComplianceChange>, reject: Reject): Promise<MakeDurable> {
    const changes: Received[] = [];
    const rejected: Parameters<Reject>[0] = [];
    for (const record of batch.records) {
      const { value: change, key: log, offset, timestamp: recordedAt } = record;
      const reason = faultOfChange(change, log, recordedAt);
      if (reason) rejected.push({ record, code: 'INVALID_RECORD', reason });
      else changes.push({ change, log, offset, recordedAt, record });
    }
    await reject(rejected);
    return async () => {
      await this.violations.write(this.offsets.range(batch), changes, (refused) =>
        reject(refused.map(({ change: { record }, reason }) => ({ record, code: 'INVALID_RECORD', reason }))),
      );
      this.offsets.moved(batch);
      for (const { recordedAt } of changes) delay.observe((Date.now() - recordedAt) / 1000);
    };
  }

  @BatchHandler(GROUP, topics.directoryChanges)
  async handleDirectory(batch: Batch<DirectoryChanged>, reject: Reject): Promise<MakeDurable> {
    const rejected = batch.records.filter(({ value }) => !isStorable(value));
    const reason = 'A text contains NUL or a lone surrogate.';
    await reject(rejected.map((record) => ({ record, code: 'INVALID_RECORD', reason })));
    const changes = batch.records
      .filter(({ value }) => isStorable(value))
      .map(recordedDirectoryChange(batch));
    return async () => {
      await this.directory.write(this.offsets.range(batch), changes);
      this.offsets.moved(batch);
    };
  }
}

const recordedDirectoryChange =
  ({ partition }: Batch<DirectoryChanged>) =>
  ({
    value: change,
    offset,
    timestamp: recordedAt,
  }: ConsumedRecord<DirectoryChanged>): RecordedDirectoryChange => ({
    ...{ change, partition, offset, recordedAt },
  });
