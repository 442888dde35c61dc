#!/usr/bin/env node
// Starts the command line tool on the project's own Node, and builds it first where that was not done. Runs on any Node >= 20.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const main = join(root, 'services/cli/dist/main.js');
const own = join(root, 'node_modules/.bin/node');
const node = existsSync(own) ? own : process.execPath;

if (!existsSync(main)) {
  process.stderr.write('Building the command line tool, once …\n');
  const build = spawnSync(
    node,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', join(root, 'services/cli')],
    { stdio: ['ignore', 2, 2] },
  );
  if (build.status !== 0) {
    process.stderr.write('It could not be built; run `npm ci` in the checkout and try again.\n');
    process.exit(1);
  }
}
const { status, signal } = spawnSync(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(signal ? 1 : (status ?? 1));
