import { fileURLToPath } from 'node:url';
import { runProgram } from '../deploy/local/bootstrap/run-program.mjs';
import { usage } from './command/usage.mjs';

// The command behind `npm run bench`.

process.exitCode = await runProgram({
  root: fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, ''),
  program: 'bench/main.ts',
  args: process.argv.slice(2),
  usage,
  progressTo: process.stderr,
});
