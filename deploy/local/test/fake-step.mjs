// A one-shot program: notes in calls.log of its folder how it was called.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

const [, program, ...args] = process.argv;
appendFileSync('calls.log', `${[relative(process.cwd(), program), ...args].join(' ')}\n`);
