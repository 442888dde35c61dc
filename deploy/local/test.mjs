import { fileURLToPath } from 'node:url';
import { test } from './bootstrap/test.mjs';

process.exitCode = await test(
  fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  process.argv.slice(2),
);
