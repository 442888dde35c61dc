import { fileURLToPath } from 'node:url';
import { runProgram } from '../../deploy/local/bootstrap/run-program.mjs';

// The command behind `npm run test:faults`.

const usage = `Runs the whole mesh under faults and compares what comes out with what was sent.

Usage: npm run test:faults -- [options]

  --seed S   repeat the plan of faults and load of an earlier run (a whole number from 0)
  --short    three minutes in all; otherwise about 25
  --json     progress on standard error, and one JSON line at the end on standard output
  --help     print this

Exit code: 0 nothing was lost, doubled or wrong · 1 something was, or the run could not be made · 130 interrupted`;

const args = process.argv.slice(2);
process.exitCode = await runProgram({
  root: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  program: 'e2e/faults/main.ts',
  args,
  usage,
  progressTo: args.includes('--json') ? process.stderr : process.stdout,
});
