import type { Stack } from '@auditmesh/local-stack';
import type { Findings } from '../../command/report.ts';
import { keepOn, OTHERS, pinning } from '../../machine/cores.ts';
import { policyAgentSettings } from '../../peers/open-policy-agent/open-policy-agent.ts';
import type { Extent } from '../bench.ts';
import { fromTopic, type FromTopicSize, WARM_UP } from './from-topic.ts';
import { alone, type AloneSize } from './alone.ts';

interface Size {
  alone: AloneSize;
  fromTopic: FromTopicSize;
}

const sizes: Record<'full' | 'quick', Size> = {
  full: {
    alone: { projects: 10_000, events: 20_000, rounds: 10, warmUpSeconds: 2, seconds: 5 },
    fromTopic: { projects: 10_000, events: 2_000_000, rounds: 3 },
  },
  quick: {
    alone: { projects: 10_000, events: 5_000, rounds: 1, warmUpSeconds: 0.5, seconds: 1 },
    fromTopic: { projects: 1_000, events: 100_000, rounds: 1 },
  },
};

/** Controls evaluated on one core: alone against Open Policy Agent, and from the topic of events to committed violations. */
export async function violations(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const size = sizes[quick ? 'quick' : 'full'];
  keepOn(OTHERS, [process, ...stack.processes]);
  const { ratios, figures } = await alone({ ...size.alone, rounds: rounds ?? size.alone.rounds });
  const whole = await fromTopic(stack, { ...size.fromTopic, rounds: rounds ?? size.fromTopic.rounds });
  return {
    ratios,
    figures: { ...figures, ...whole },
    setting: {
      pinned: pinning('who evaluates: a core of its own; Kafka, registry, PostgreSQL and watcher: another'),
      workload:
        '200 controls, three frameworks for each project, ten controls evaluated for each event; all find the same violations',
      from_topic: `service violations, one partition; warm-up ${WARM_UP * 100} % of the events, in which each control of each project is evaluated for the first time`,
      ...policyAgentSettings,
    },
  };
}
