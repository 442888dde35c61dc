import { fileURLToPath } from 'node:url';
import { runProgram } from '../../deploy/local/bootstrap/run-program.mjs';

// The command behind `npm run test:secret-accesses`.

const usage = `Lets an application read secrets while it, secret-access and Kafka are killed, and while Kafka is away; then
looks for the entry of each read that returned.

Usage: npm run test:secret-accesses -- [options]

  --seed S     repeat the plan of kills of an earlier run (a whole number from 0)
  --short      40,000 reads and an outage of 15 seconds; otherwise 1,000,000 reads and an outage of 10 minutes
  --json       progress on standard error, and one JSON line at the end on standard output
  --help       print this

Exit code: 0 each read has its entry, exactly one · 1 not so, or the run could not be made · 130 interrupted`;

const args = process.argv.slice(2);
process.exitCode = await runProgram({
  root: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  program: 'e2e/secret-accesses/main.ts',
  args,
  usage,
  progressTo: args.includes('--json') ? process.stderr : process.stdout,
});
