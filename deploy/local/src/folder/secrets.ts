import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { StackFolder } from './stack-folder.js';
import { readJson, writePrivateJson } from './private-json.js';

export interface Secrets {
  postgresPassword: string;
  apiToken: string;
  /** Ed25519 private key, PKCS #8 in base64, that evidence packs are signed with. */
  evidenceKey: string;
  /** Base64 of 32 bytes, with which the api seals secrets of others. */
  secretsKey: string;
}

/** The secrets of a stack: made up once, then kept with its data, readable by this user alone. */
export function secretsOf(folder: StackFolder): Secrets {
  const file = folder.path('secrets.json');
  const kept = readJson<Partial<Secrets>>(file);
  // One that was made before is kept; a stack that is older than a secret gets it now.
  const made = {
    postgresPassword: secret(),
    apiToken: secret(),
    evidenceKey: signingKey(),
    secretsKey: randomBytes(32).toString('base64'),
    ...kept,
  };
  if (Object.keys(made).length > Object.keys(kept ?? {}).length) writePrivateJson(file, made);
  return made;
}

/** 192 random bits, safe in a URL. */
function secret(): string {
  return randomBytes(24).toString('base64url');
}

function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
}
