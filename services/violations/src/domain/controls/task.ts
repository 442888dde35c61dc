import type { ControlSets, DirectoryOverTime } from '@auditmesh/compliance';
import type { ComplianceState } from '@auditmesh/events';
import { Effects } from './effects.js';
import { Plans } from './plans.js';
import { Remembered, type StateRecord } from './remembered.js';

/** One partition of the engine: what it remembers, what it looks up, and what it has done since that was last taken. */
export class ControlsTask {
  readonly remembered = new Remembered();
  readonly plans: Plans;
  effects = new Effects();

  constructor(
    readonly directory: DirectoryOverTime,
    sets: ControlSets,
  ) {
    this.plans = new Plans(directory, sets, this.remembered);
  }

  /** Goes on from what was written before. */
  async restore(changelog: AsyncIterable<{ key: string; value: ComplianceState | null }[]>): Promise<void> {
    for await (const records of changelog)
      for (const { key, value } of records) this.remembered.restore(key, value);
    this.remembered.restored();
  }

  /** What was done since this was last asked; all of it is to be written together. */
  drain(): { effects: Effects; states: StateRecord[] } {
    const { effects } = this;
    this.effects = new Effects();
    return { effects, states: this.remembered.takeChanges() };
  }
}
