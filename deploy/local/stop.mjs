import { fileURLToPath } from 'node:url';
import { stop } from './bootstrap/stop.mjs';

process.exitCode = await stop(fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''));
