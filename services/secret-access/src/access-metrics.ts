import { counter, gauge, taskMetrics } from '@auditmesh/runtime';
import type { TaskEvents } from '@auditmesh/kafka';

export const accessesTold = counter(
  'auditmesh_secret_accesses_total',
  'Uses of secrets told, by type and outcome.',
  ['type', 'outcome'],
);
export const repetitions = counter(
  'auditmesh_secret_repetitions_total',
  'Records left out since they had come before, by how that is known: number or identity.',
  ['known_by'],
);
export const missingRecords = counter(
  'auditmesh_producer_missing_records_total',
  'Records that producers numbered and that did not come; alert on any.',
);
const silentProducers = gauge(
  'auditmesh_silent_producers',
  'Producers that promised a heartbeat and are not heard, by the partition that is watched; alert on any.',
  ['partition'],
);
const seenRecords = gauge(
  'auditmesh_secret_seen_records',
  'Identities of records without a number that are remembered, by partition.',
  ['partition'],
);
const waitingEntries = gauge(
  'auditmesh_device_waiting_entries',
  'Halves of requests that wait for the other half, by partition; one device that tells only one of them keeps it up.',
  ['partition'],
);
const shown = new Set<number>();

export function showState(partition: number, state: { silent: number; seen: number; waiting: number }): void {
  shown.add(partition);
  silentProducers.set({ partition }, state.silent);
  seenRecords.set({ partition }, state.seen);
  waitingEntries.set({ partition }, state.waiting);
}

/** What all services count; and partitions that went to another process are no longer shown here. */
export const accessMetrics: TaskEvents = {
  ...taskMetrics,
  assigned(partitions) {
    taskMetrics.assigned(partitions);
    for (const partition of shown) {
      if (partitions.includes(partition)) continue;
      shown.delete(partition);
      silentProducers.remove({ partition });
      seenRecords.remove({ partition });
      waitingEntries.remove({ partition });
    }
  },
};
