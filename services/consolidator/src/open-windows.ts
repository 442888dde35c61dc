import { gauge, taskMetrics } from '@auditmesh/runtime';
import type { TaskEvents } from '@auditmesh/kafka';

const shown = new Set<number>();
const openWindows = gauge(
  'auditmesh_open_windows',
  'Changes whose members are still gathered, by partition; one that stays up for 15 minutes hangs.',
  ['partition'],
);

export function showOpenWindows(partition: number, count: number): void {
  shown.add(partition);
  openWindows.set({ partition }, count);
}

/** What all services count; and partitions that went to another process are no longer shown here. */
export const consolidatorMetrics: TaskEvents = {
  ...taskMetrics,
  assigned(partitions) {
    taskMetrics.assigned(partitions);
    for (const partition of shown) {
      if (partitions.includes(partition)) continue;
      shown.delete(partition);
      openWindows.remove({ partition });
    }
  },
};
