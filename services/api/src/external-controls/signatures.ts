import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** Headers that prove to an external control who asks it; a receiver checks one of the two signatures. */
export interface PingSignature {
  'webhook-id': string;
  /** s since the epoch. */
  'webhook-timestamp': string;
  'webhook-signature': string;
  'x-gitlab-signature': string;
}

/**
 * Signs a question: as Standard Webhooks has it, with every secret in force, so that a receiver may know either while
 * they change; and as GitLab does, with the newest.
 *
 * @param secrets the newest first; at least one
 * @param timestamp s since the epoch
 */
export function signPing(secrets: string[], id: string, timestamp: number, body: string): PingSignature {
  const signed = `${id}.${timestamp}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': secrets
      .map((secret) => `v1,${createHmac('sha256', webhookKey(secret)).update(signed).digest('base64')}`)
      .join(' '),
    'x-gitlab-signature': createHmac('sha256', secrets[0]!).update(body).digest('hex'),
  };
}

/** What a control signs of its verdict; lengths are fixed before the path begins, so no two callbacks look the same. */
export interface SignedCallback {
  /** s since the epoch, ten digits. */
  timestamp: string;
  /** 32 characters. */
  nonce: string;
  /** As it was asked for, without the query. */
  path: string;
  /** `status=pass` or `status=fail`, or the body byte by byte. */
  data: string | Buffer;
}

/** The signature that a callback must have, as lower-case hexadecimal digits. */
export const signCallback = (secret: string, { timestamp, nonce, path, data }: SignedCallback): string =>
  createHmac('sha256', secret).update(`${timestamp}${nonce}${path}`).update(data).digest('hex');

/** A secret of the form of Standard Webhooks is base64 after its prefix; any other is what it is. */
const webhookKey = (secret: string): Buffer =>
  secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret, 'utf8');

/** A secret made of these bytes, in the form of Standard Webhooks. */
export const webhookSecret = (bytes: Buffer): string => `${PREFIX}${bytes.toString('base64')}`;
