import { topics, type PolicyState } from '@auditmesh/events';
import { GlobalTable } from '@auditmesh/kafka';
import { now } from '../measure/clock.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Corner } from './corner.ts';

/** Watches the pushes that policy-sync has applied in a corner, by its states, as they become visible. */
export class PushWatch {
  readonly arrivals = new Timeline();
  /** Pushes that are applied. */
  count = 0;
  /** Those of them whose events the rollout flag held back. */
  heldBack = 0;
  private table: GlobalTable<PolicyState> | undefined;

  /** Resolves when what is there is read; goes on until `stop`. */
  static async start(corner: Corner): Promise<PushWatch> {
    const watch = new PushWatch();
    const { codec } = (await corner.open([topics.policyStates])).get(topics.policyStates);
    watch.table = new GlobalTable(corner.client, topics.policyStates, codec, (_key, state) => {
      if (!state?.push) return;
      if (state.push.skipped) watch.heldBack++;
      watch.arrivals.add(now(), ++watch.count);
    });
    await watch.table.start();
    return watch;
  }

  async stop(): Promise<void> {
    await this.table?.stop();
  }
}
