import { topics } from '@auditmesh/events';
import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { candidateCountOf, directoryOf, pushesOf, type PolicyHistory } from '../../load/policy-changes.ts';
import { keepOn, OTHERS, pinning, TESTED } from '../../machine/cores.ts';
import { contest, type Contestant } from '../../measure/contest.ts';
import { startService } from '../../processes/service.ts';
import { Corner } from '../../stack/corner.ts';
import { logFile } from '../../stack/folder.ts';
import type { Extent } from '../bench.ts';
import { evaluationCosts, flagsFile } from './evaluation.ts';
import { PushRace } from './push-race.ts';

interface Size {
  history: PolicyHistory;
  rounds: number;
  evaluations: number;
}

const sizes: Record<'full' | 'quick', Size> = {
  full: {
    history: { pushes: 20_000, policyProjects: 10, governed: 20 },
    rounds: 3,
    evaluations: 5_000_000,
  },
  quick: {
    history: { pushes: 1_000, policyProjects: 10, governed: 20 },
    rounds: 1,
    evaluations: 500_000,
  },
};
const WARM_UP = 0.2;
const inputs = [
  topics.policyPushes,
  topics.policyEnforcements,
  topics.directoryChanges,
  topics.directoryEntries,
];
const outputs = [topics.policyStates, topics.auditCandidates];
const groups = ['policy-sync'];

/** Pushes per second through policy-sync with the rollout flag on against off, and what asking for the flag costs. */
export async function rollout(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const { history, rounds: own, evaluations } = sizes[quick ? 'quick' : 'full'];
  const corner = new Corner(stack, 'bench.');
  await corner.create(inputs, [], 1);
  say(`Writing ${history.pushes} pushes to Kafka`);
  await corner.produce(topics.directoryEntries, directoryOf(history));
  await corner.produce(topics.policyPushes, pushesOf(history));
  keepOn(OTHERS, [process, ...stack.processes]);
  const race = new PushRace(history, WARM_UP, stack.process('kafka').pid!);
  const [on, off] = [contestant('on', corner, race), contestant('off', corner, race)];
  const names = { record: 'push', records: 'pushes', server: 'kafka' };
  const { ratios, figures } = await contest(on, [off], rounds ?? own, names);
  return {
    ratios,
    figures: {
      ...figures,
      pushes: history.pushes,
      candidates: candidateCountOf(history),
      ...(await evaluationCosts(evaluations)),
    },
    setting: {
      pinned: pinning('policy-sync: a core of its own; Kafka, registry, PostgreSQL and watcher: another'),
      warm_up: `${WARM_UP * 100} % of the pushes`,
      push: `changes one of five policies, which apply to ${history.governed} projects: with the flag on ${1 + history.governed} candidates`,
      evaluation: 'Flags.evaluate() in this process, root namespaces in turn, counting included',
    },
  };
}

/** policy-sync with this rule of the flag. */
function contestant(flag: 'on' | 'off', corner: Corner, race: PushRace): Contestant {
  const name = `flag_${flag}`;
  return {
    name,
    measure: async (round) => {
      await corner.create(outputs, groups, 1);
      const log = logFile(`policy-sync-${name}-${round}`);
      const env = { ...corner.env(), FLAGS_FILE: flagsFile(flag) };
      const turn = await race.run(corner, flag === 'on', () =>
        startService({ name: 'policy-sync', env, logFile: log, cores: TESTED }),
      );
      await corner.forget(outputs, groups);
      return turn;
    },
  };
}
