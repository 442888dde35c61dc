import { topics, type SecretDeviceEntry } from '@auditmesh/events';
import { BatchHandler, type Batch, type Transaction } from '@auditmesh/kafka';
import { Controller, Inject } from '@nestjs/common';
import { accessesTold } from './access-metrics.js';
import { DeviceTeller } from './domain/device-telling.js';
import { faultOfEntry } from './domain/devices/entry-fault.js';
import type { UseRules } from './domain/devices/secret-use.js';
import type { TaskState } from './domain/task-state.js';
import { PlacesTable } from './places-table.js';
import { emit, GROUP, keepState, USE_RULES } from './secret-access.handler.js';

/** Makes audit events of what audit devices tell, one for both halves of a request. */
@Controller()
export class DeviceEntriesHandler {
  constructor(
    @Inject(USE_RULES) private readonly uses: UseRules,
    private readonly table: PlacesTable,
  ) {}

  /** Emits, keeps the state and moves the offset in one transaction; if this throws, none of the three happened. */
  @BatchHandler(GROUP, topics.secretDeviceEntries)
  async handle(batch: Batch<SecretDeviceEntry>, tx: Transaction<TaskState>): Promise<void> {
    const teller = new DeviceTeller(tx.state, await this.table.now(), this.uses);
    for (const record of batch.records) {
      const { value: entry, timestamp } = record;
      const fault = faultOfEntry(entry, timestamp * 1_000);
      if (fault) {
        tx.deadLetter(record, 'INVALID_RECORD', fault);
        continue;
      }
      for (const logged of teller.tell(entry, timestamp * 1_000)) {
        const use = logged.event.secret_access;
        if (use) accessesTold.inc({ type: use.access_type, outcome: logged.event.outcome });
        emit(tx, logged);
      }
    }
    tx.state.seen.forgetOld((batch.records.at(-1)?.timestamp ?? 0) * 1_000);
    keepState(tx);
  }
}
