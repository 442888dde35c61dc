import { topics } from '@auditmesh/events';
import { GroupOffsets, type Written } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { ProjectedOffsets } from '../store/projected-offsets.js';

const WAIT_MS = 60_000;
/** Group that turns changes into the entries that policy-sync reads. */
const ENTRIES_GROUP = 'projector.directory';

/** Waits for changes of the directory, where the caller wants that. */
@Injectable()
export class UntilInEffect {
  constructor(
    private readonly groups: GroupOffsets,
    private readonly projected: ProjectedOffsets,
  ) {}

  /**
   * Resolves when every part of the mesh can know of the changes; at once unless `wait` asks for it.
   *
   * @throws Problem 504 when that takes too long
   */
  async wait(written: Written[], wait: string | undefined): Promise<void> {
    if (wait === undefined || !written.length) return;
    const inEntries = await this.groups.handled(ENTRIES_GROUP, written, WAIT_MS);
    const inTables = await Promise.all(
      written.map((w) => this.projected.includes(topics.directoryChanges.name, w, inEntries ? WAIT_MS : 0)),
    );
    if (!inEntries || inTables.includes(false))
      throw new Problem(504, 'The changes are accepted, but not all of them are in effect yet.');
  }
}

/** @throws Problem 400 for a `wait` that means nothing */
export function checkWait(wait: string | undefined): void {
  if (wait !== undefined && wait !== 'projected')
    throw Problem.parameter('wait', 'it can only be `projected`.');
}
