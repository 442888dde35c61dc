import { topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { candidateCount, candidates, type CandidateMix } from '../../load/candidates.ts';
import { keepOn, OTHERS, pinning, TESTED } from '../../machine/cores.ts';
import { contest, type Contestant } from '../../measure/contest.ts';
import {
  buildKafkaStreams,
  kafkaStreamsSettings,
  startKafkaStreams,
} from '../../peers/kafka-streams/kafka-streams.ts';
import { startService } from '../../processes/service.ts';
import { Corner } from '../../stack/corner.ts';
import { logFile } from '../../stack/folder.ts';
import type { Extent } from '../bench.ts';
import { Race } from './race.ts';

const mixes: Record<'full' | 'quick', CandidateMix> = {
  full: { windows: 2_000, members: 1_000, interleaved: 10 },
  quick: { windows: 300, members: 1_000, interleaved: 10 },
};
const ROUNDS = { full: 3, quick: 1 };
const WARM_UP = 0.1;
const outputs = [topics.auditEvents, topics.consolidatorClosures];
const groups = ['consolidator'];

/** Candidates consolidated per second with exactly-once, from one partition on one core. */
export async function consolidator(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const size = quick ? 'quick' : 'full';
  const mix = mixes[size];
  const count = candidateCount(mix);
  const home = await buildKafkaStreams();
  const input = new Corner(stack, 'bench.');
  await input.create([topics.auditCandidates], [], 1);
  say(`Writing ${count} candidates to Kafka`);
  await input.produce(topics.auditCandidates, candidates(mix));
  keepOn(OTHERS, [process, ...stack.processes]);
  const race = new Race(mix, WARM_UP, stack.process('kafka').pid!);
  const peer = kafkaStreams(stack, home, input, race);
  const names = { record: 'candidate', server: 'kafka' };
  const { ratios, figures } = await contest(ours(input, race), [peer], rounds ?? ROUNDS[size], names);
  return {
    ratios,
    figures: { ...figures, candidates: count },
    setting: {
      pinned: pinning(
        'process under test: a core of its own; Kafka, registry, PostgreSQL and watcher: another',
      ),
      warm_up: `${WARM_UP * 100} % of the candidates`,
      kafka_streams: kafkaStreamsSettings,
    },
  };
}

function ours(input: Corner, race: Race): Contestant {
  return {
    name: 'ours',
    measure: async (round) => {
      await input.create(outputs, groups, 1);
      const log = logFile(`consolidator-${round}`);
      const turn = await race.run(input, () =>
        startService({ name: 'consolidator', env: input.env(), logFile: log, cores: TESTED }),
      );
      await input.forget(outputs, groups);
      return turn;
    },
  };
}

function kafkaStreams(stack: Stack, home: string, input: Corner, race: Race): Contestant {
  return {
    name: 'kafka_streams',
    measure: async (round) => {
      const output = new Corner(stack, `streams-${round}.`);
      await output.create([topics.auditEvents], [], 1);
      const id = `streams-${round}`;
      return race.run(output, () => startKafkaStreams({ home, input, output, id, cores: TESTED }));
    },
  };
}
