import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordSchema } from './schema-files.ts';

/**
 * Keeps every version of a topic's schema under `schemas/history/{subject}/{n}.avsc`: adds the next version if the
 * schema differs from the newest kept. `auditmesh schemas check` compares against all of them.
 */
export function keepVersion(folder: string, subject: string, schema: RecordSchema): void {
  const place = join(folder, subject);
  const text = JSON.stringify(schema, null, 1) + '\n';
  const versions = existsSync(place) ? readdirSync(place).map((f) => parseInt(f, 10)) : [];
  const newest = Math.max(0, ...versions);
  if (newest && readFileSync(join(place, `${newest}.avsc`), 'utf8') === text) return;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, `${newest + 1}.avsc`), text);
}
