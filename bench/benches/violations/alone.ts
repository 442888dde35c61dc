import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventJson } from '@auditmesh/events';
import { say } from '../../command/progress.ts';
import { changesOf, complianceDirectory } from '../../load/compliance/compliance-directory.ts';
import { complianceEvents } from '../../load/compliance/compliance-events.ts';
import { dataOf } from '../../load/compliance/facts-for-rego.ts';
import { policyOf } from '../../load/compliance/policy.ts';
import { rules } from '../../load/compliance/rules.ts';
import { TESTED } from '../../machine/cores.ts';
import { contest, type Contestant, type Outcome } from '../../measure/contest.ts';
import {
  buildPolicyAgent,
  compilePolicy,
  startGo,
  startWasm,
} from '../../peers/open-policy-agent/open-policy-agent.ts';
import { significant } from '../../measure/statistics.ts';
import { Program } from '../../processes/program.ts';
import { benchFolder, logFile } from '../../stack/folder.ts';
import { readJson, type TurnOrder, type TurnResult } from './turn.ts';

/** How much is evaluated alone. */
export interface AloneSize {
  projects: number;
  /** Distinct events, which are evaluated again and again. */
  events: number;
  rounds: number;
  warmUpSeconds: number;
  seconds: number;
}

const CONTROLS_PER_EVENT = 10;
/** µs since the epoch. */
const SINCE = 1_795_000_000_000_000;
const folder = join(benchFolder, 'violations');

/** Evaluation without Kafka, in turns with Open Policy Agent: the same rules, the same facts, one core. */
export async function alone(size: AloneSize): Promise<Outcome> {
  const library = await buildPolicyAgent();
  writeWorkload(size);
  await compilePolicy(library, folder);
  const { race, violations } = contestants(size);
  const fromRecords = race('from_records', (order) => startOurs(order, 'records'));
  const { ratios, figures } = await contest(
    race('alone', (order) => startOurs(order)),
    [
      race('opa_wasm', (order) => startWasm(folder, order)),
      race('opa_go', (order) => startGo(library, folder, order)),
    ],
    size.rounds,
    { record: 'event', server: 'server' },
  );
  const record = await fromRecords.measure(1);
  return {
    ratios,
    figures: {
      ...figures,
      alone_from_records_events_per_second: significant(record.speed),
      alone_from_records_cpu_us_per_event: significant(record.cost.program!),
      failing_percent: significant((100 * violations()) / (CONTROLS_PER_EVENT * size.events)),
      distinct_events: size.events,
    },
  };
}

/** Writes down what all of them read. */
function writeWorkload({ projects, events: count }: AloneSize): void {
  say(`Making ${count} events of ${projects} projects`);
  const directory = complianceDirectory(projects);
  const events = [...complianceEvents(directory, count, SINCE)];
  mkdirSync(folder, { recursive: true });
  const write = (file: string, content: unknown) =>
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  write(
    'directory.json',
    [...changesOf(directory)].map(({ value }) => value),
  );
  write('events.json', events);
  write('data.json', dataOf(directory));
  write('inputs.json', events.map(eventJson));
  write('policy.rego', policyOf(rules));
}

/** Everyone must find the same violations of each event, and in each round as many. */
function contestants({ warmUpSeconds, seconds }: AloneSize) {
  let expected: TurnResult | undefined;
  const race = (name: string, start: (order: string) => Program): Contestant => ({
    name,
    measure: async (round) => {
      const [order, result] = [`order-${name}.json`, `result-${name}-${round}.json`].map((file) =>
        join(folder, file),
      );
      const content: TurnOrder = { warm_up_seconds: warmUpSeconds, seconds, result: result! };
      writeFileSync(order!, JSON.stringify(content));
      await start(order!).finish();
      const turn = readJson<TurnResult>(result!);
      expected ??= turn;
      if (turn.fingerprint !== expected.fingerprint || turn.violations !== expected.violations)
        throw new Error(
          `${name} found ${turn.violations} violations where ours found ${expected.violations}, or others.`,
        );
      return { speed: turn.events_per_second, cost: { program: turn.cpu_us_per_event, server: NaN } };
    },
  });
  return { race, violations: () => expected!.violations };
}

const startOurs = (order: string, ...from: string[]): Program =>
  new Program({
    name: 'our evaluation',
    command: process.execPath,
    args: [join(import.meta.dirname, 'evaluate.main.ts'), folder, order, ...from],
    logFile: logFile('evaluation'),
    cores: TESTED,
  });
