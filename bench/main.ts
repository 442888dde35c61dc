import { killAll } from '../deploy/local/bootstrap/process-table.mjs';
import { onStopSignals } from '../deploy/local/bootstrap/stop-signals.mjs';
import type { Bench } from './benches/bench.ts';
import { consolidator } from './benches/consolidator/consolidator.ts';
import { endToEnd } from './benches/end-to-end/end-to-end.ts';
import { fanout } from './benches/fanout/fanout.ts';
import type { BenchName } from './benches/names.ts';
import { projector } from './benches/projector/projector.ts';
import { rollout } from './benches/rollout/rollout.ts';
import { secretAccess } from './benches/secret-access/secret-access.ts';
import { violations } from './benches/violations/violations.ts';
import { orderOf, UsageError, type Order } from './command/arguments.ts';
import { jsonLine, readable, type Report } from './command/report.ts';
import { describeMachine } from './machine/machine.ts';
import { benchFolder } from './stack/folder.ts';
import { serverVersions, withServers } from './stack/servers.ts';

// The program behind `npm run bench`, once everything is built.

const INTERRUPTED = 130;
const benches: Record<BenchName, Bench> = {
  projector,
  consolidator,
  'end-to-end': endToEnd,
  fanout,
  rollout,
  'secret-access': secretAccess,
  violations,
};

const stopping = new AbortController();
onStopSignals(
  () => stopping.abort(),
  () => {
    killAll(benchFolder);
    process.exit(INTERRUPTED);
  },
);
process.on('disconnect', () => stopping.abort()); // the command that started us is gone

function measure({ bench, ...extent }: Order): Promise<Report> {
  return withServers(stopping.signal, async (stack) => {
    const findings = await benches[bench](stack, extent);
    return { bench, ...findings, machine: describeMachine(await serverVersions(stack)) };
  });
}

/** @returns the exit code */
async function run(args: string[]): Promise<number> {
  try {
    const order = orderOf(args);
    const report = await measure(order);
    process.stdout.write(`${order.json ? jsonLine(report) : readable(report)}\n`);
    return 0;
  } catch (error) {
    if (stopping.signal.aborted) return INTERRUPTED;
    const text = error instanceof UsageError ? `${error.message} See "npm run bench -- --help".` : error;
    process.stderr.write(`${text instanceof Error ? text.stack : text}\n`);
    return 1;
  }
}

// What still runs are timers of clients: everything was stopped, and whoever waits for the closing line shall not wait.
process.exit(await run(process.argv.slice(2)));
