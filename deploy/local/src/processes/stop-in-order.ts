import { asStep, type Report } from '../report.js';
import type { ManagedProcess } from './managed-process.js';

/** Stops processes by their turn, those of one turn together; resolves when all have gone. */
export async function stopInOrder(processes: readonly ManagedProcess[], report: Report): Promise<void> {
  const turns = new Set(processes.map((each) => each.stopOrder));
  for (const turn of [...turns].sort((a, b) => a - b)) {
    const group = processes.filter((each) => each.stopOrder === turn);
    const stopOne = (each: ManagedProcess) => asStep(report, `Stopping ${each.title}`, () => each.stop());
    await Promise.all(group.filter((each) => each.wanted).map(stopOne));
  }
}
