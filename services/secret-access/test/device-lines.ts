import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { usualLogins } from '../src/domain/devices/device-actor.js';
import type { LineContext } from '../src/domain/devices/device-line.js';
import type { UseRules } from '../src/domain/devices/secret-use.js';

/** Lines as a server writes them. */
export const linesOf = (server: 'openbao' | 'vault'): string[] =>
  readFileSync(join(import.meta.dirname, `${server}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');

export const lineContext: LineContext = {
  device: 'main',
  prefix: '',
  now: Date.parse('2026-11-21T00:00:00Z') * 1_000,
  logins: usualLogins,
  isIp: (text) => isIP(text) > 0,
};

export const useRules: UseRules = { parts: new Set(['secrets', 'critical']), plainMounts: new Set() };
