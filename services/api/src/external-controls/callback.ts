import { sameToken } from '@auditmesh/runtime';
import { signCallback } from './signatures.js';

/** A request that says to be the verdict of an external control, as it came. */
export interface Callback {
  projectId: string;
  controlId: string;
  /** As it was asked for, without the query. */
  path: string;
  timestamp: unknown;
  nonce: unknown;
  signature: unknown;
  body: Buffer;
  status: GivenStatus;
}

/** The verdict as it was given. */
export interface GivenStatus {
  value: unknown;
  /** Whether it stands in the body, so that a signature of the body is one of the verdict. */
  isInBody: boolean;
}

/** Why a callback is refused; for those who run the mesh, never for the one who sent it. */
export type Refusal = 'headers' | 'control' | 'signature' | 'timestamp' | 'nonce';

const SECOND_MS = 1_000;
const TIMESTAMP = /^\d{10}$/;
/** No slash, at which the path begins. */
const NONCE = /^[\x21-\x2e\x30-\x7e]{32}$/;
const SIGNATURE = /^[0-9a-f]{64}$/i;

/**
 * Why the callback is none of the control that has these secrets, but for its nonce, which may be used once; undefined if
 * it is one.
 *
 * @param secrets in force; none for a control that nobody knows
 * @param now ms since the epoch
 * @param windowS by how much the clocks may differ, and how long a callback may take, s
 */
export function refusalOf(
  callback: Callback,
  secrets: readonly string[],
  now: number,
  windowS: number,
): Refusal | undefined {
  const { timestamp, nonce, signature } = callback;
  if (!matches(TIMESTAMP, timestamp) || !matches(NONCE, nonce) || !matches(SIGNATURE, signature))
    return 'headers';
  const isSigned = isSignedBy(secrets.length ? secrets : [NOBODYS], callback, timestamp, nonce, signature);
  if (!secrets.length) return 'control';
  if (!isSigned) return 'signature';
  return Math.abs(now - Number(timestamp) * SECOND_MS) > windowS * SECOND_MS ? 'timestamp' : undefined;
}

/** So that an unknown control takes the time that a known one does. */
const NOBODYS = 'a secret that nobody has, since what it signs is refused';

/** Tries every secret and both forms of the data, even when one fits, so that time says nothing. */
function isSignedBy(
  secrets: readonly string[],
  { path, body, status }: Callback,
  timestamp: string,
  nonce: string,
  signature: string,
): boolean {
  const named = `status=${typeof status.value === 'string' ? status.value : ''}`;
  const data = status.isInBody ? [named, body] : [named];
  const fits = secrets.flatMap((secret) =>
    data.map((d) =>
      sameToken(signCallback(secret, { timestamp, nonce, path, data: d }), signature.toLowerCase()),
    ),
  );
  return fits.includes(true);
}

/** Whether it is an id of a control or project as it stands in a path. */
export const isId = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text);

const matches = (form: RegExp, value: unknown): value is string =>
  typeof value === 'string' && form.test(value);

/** `status` of the body, JSON or a form, else of the query. */
export function statusGiven(body: unknown, query: unknown): GivenStatus {
  const value = statusIn(typeof body === 'string' ? Object.fromEntries(new URLSearchParams(body)) : body);
  return value === undefined ? { value: statusIn(query), isInBody: false } : { value, isInBody: true };
}

const statusIn = (fields: unknown): unknown =>
  fields !== null && typeof fields === 'object' && Object.hasOwn(fields, 'status')
    ? (fields as { status: unknown }).status
    : undefined;
