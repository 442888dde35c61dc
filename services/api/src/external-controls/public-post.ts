import { lookup } from 'node:dns/promises';
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { AllowedAddresses } from './public-address.js';

/** Beyond, the answer is cut off; only its status counts. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** What came of a request. */
export type PostResult =
  | { kind: 'answered'; status: number }
  /** There is no way that leads to the public; another attempt would not help. */
  | { kind: 'forbidden' }
  /** Nobody answered in time. @property code such as ECONNREFUSED */
  | { kind: 'unreachable'; code: string };

export interface PostOptions {
  headers: Record<string, string>;
  body: string;
  addresses: AllowedAddresses;
  /** For everything from the name to the status. */
  timeoutMs: number;
}

interface Address {
  address: string;
  family: number;
}

/**
 * Posts to somebody else's address. The name is resolved once, and the connection goes to an address that was looked at:
 * none of a private network, unless it is allowed. Redirections are not followed.
 */
export async function postToPublic(url: string, options: PostOptions): Promise<PostResult> {
  const { timeoutMs, addresses } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target || !['http:', 'https:'].includes(target.protocol)) return { kind: 'forbidden' };
  try {
    const found = await orAborted(resolved(target), signal);
    const allowed = found.find(({ address }) => addresses.allows(address));
    if (!allowed) return { kind: 'forbidden' };
    return { kind: 'answered', status: await post(target, allowed, signal, options) };
  } catch (error) {
    return { kind: 'unreachable', code: signal.aborted ? 'ETIMEDOUT' : codeOf(error) };
  }
}

async function resolved({ hostname }: URL): Promise<Address[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  return family ? [{ address: host, family }] : lookup(host, { all: true, verbatim: true });
}

/** The status of the answer, once its head is there. */
function post(
  target: URL,
  to: Address,
  signal: AbortSignal,
  { headers, body }: PostOptions,
): Promise<number> {
  const pinned: LookupFunction = (_host, { all }, done) =>
    all ? done(null, [to]) : done(null, to.address, to.family);
  const send = target.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const length = String(Buffer.byteLength(body));
    const request = send(
      new URL(target.pathname + target.search, target.origin),
      {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'content-length': length },
        lookup: pinned,
        agent: false,
        signal,
      },
      (response) => {
        let size = 0;
        response.on('data', (bytes: Buffer) => {
          size += bytes.length;
          if (size > MAX_ANSWER_BYTES) response.destroy();
        });
        response.on('error', () => undefined);
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
  ]);
}

const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'EFAILED';
};
