/** Proves that each package the requirements name (D2) is imported by code that runs in production; jest by the tests. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const required = [
  'kafkajs',
  '@nestjs/core',
  '@nestjs/microservices',
  'typeorm',
  'pg',
  'class-validator',
  'avsc',
];
const files = execFileSync('git', ['ls-files', 'services/*.ts', 'libs/*.ts'], { encoding: 'utf8' })
  .trim()
  .split('\n');
const production = files.filter(
  (f) => !f.endsWith('.spec.ts') && !f.startsWith('libs/testing/') && !f.endsWith('.d.ts'),
);
const tests = files.filter((f) => f.endsWith('.spec.ts'));

let failed = 0;
for (const name of required) check(name, production);
check('@jest/globals', tests);
process.exit(failed ? 1 : 0);

function check(name: string, among: string[]): void {
  // Not `import type`: a type is not there any more when the code runs.
  const imports = new RegExp(`^import (?!type )[^;]*from '${name.replace('/', '\\/')}(\\/[^']*)?';`, 'm');
  const users = among.filter((file) => imports.test(readFileSync(file, 'utf8')));
  if (users.length) return console.log(`${name}: ${users.length} files, such as ${users[0]}`);
  failed++;
  console.error(`${name} is imported by no file that runs.`);
}
