import type { Stack } from '@auditmesh/local-stack';
import type { Findings } from '../../command/report.ts';
import { keepOn, OTHERS, pinning } from '../../machine/cores.ts';
import { policyAgentSettings } from '../../peers/open-policy-agent/open-policy-agent.ts';
import type { Extent } from '../bench.ts';
import { alone, type AloneSize } from './alone.ts';

const sizes: Record<'full' | 'quick', AloneSize> = {
  full: { projects: 10_000, events: 20_000, rounds: 10, warmUpSeconds: 2, seconds: 5 },
  quick: { projects: 10_000, events: 5_000, rounds: 1, warmUpSeconds: 0.5, seconds: 1 },
};

/** Controls evaluated on one core: alone against Open Policy Agent, and from the topic of events to committed violations. */
export async function violations(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const size = sizes[quick ? 'quick' : 'full'];
  keepOn(OTHERS, [process, ...stack.processes]);
  const { ratios, figures } = await alone({ ...size, rounds: rounds ?? size.rounds });
  return {
    ratios,
    figures,
    setting: {
      pinned: pinning('who evaluates: a core of its own; Kafka, registry, PostgreSQL and watcher: another'),
      ...policyAgentSettings,
    },
  };
}
