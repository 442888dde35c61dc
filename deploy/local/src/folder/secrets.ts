import { randomBytes } from 'node:crypto';
import type { StackFolder } from './stack-folder.js';
import { readJson, writePrivateJson } from './private-json.js';

export interface Secrets {
  postgresPassword: string;
  apiToken: string;
}

/** The secrets of a stack: made up once, then kept with its data, readable by this user alone. */
export function secretsOf(folder: StackFolder): Secrets {
  const file = folder.path('secrets.json');
  const kept = readJson<Secrets>(file);
  if (kept) return kept;
  const made = { postgresPassword: secret(), apiToken: secret() };
  writePrivateJson(file, made);
  return made;
}

/** 192 random bits, safe in a URL. */
function secret(): string {
  return randomBytes(24).toString('base64url');
}
