import { parseMicros, type SecretDeviceEntry } from '@auditmesh/events';
import { deviceActor, type ActorContext } from './device-actor.js';
import { errorClass } from './error-class.js';
import { KnownFields } from './known-fields.js';
import { LineFault } from './line-fault.js';
import { bounded } from './text.js';

/** What a line is read with. */
export interface LineContext extends ActorContext {
  /** Name of the intake that the line came to. */
  device: string;
  /** Text that the device writes before each line; empty for none. */
  prefix: string;
  /** µs since the epoch. */
  now: number;
}

const DAY_US = 86_400_000_000;
const PATH = 2_048;
const NAME = 255;
const POLICIES = 50;

/**
 * Reads one line of an audit device of OpenBao or Vault. The entry has known fields only, each made of the field of
 * that name: no data, no token, no header but the user agent, no metadata, no text of an error.
 *
 * Never throws; a line that is no entry gives a fault that quotes nothing of it.
 */
export function readLine(line: string, context: LineContext): SecretDeviceEntry | LineFault {
  try {
    return entryOf(KnownFields.of(parse(line, context.prefix), ''), context);
  } catch (fault) {
    if (fault instanceof LineFault) return fault;
    throw fault;
  }
}

function parse(line: string, prefix: string): unknown {
  try {
    return JSON.parse(prefix && line.startsWith(prefix) ? line.slice(prefix.length) : line);
  } catch {
    throw new LineFault('NOT_JSON', 'the line is not JSON'); // the parser's own message quotes the line
  }
}

function entryOf(line: KnownFields, context: LineContext): SecretDeviceEntry {
  const kind = line.required('type');
  if (kind !== 'request' && kind !== 'response')
    throw new LineFault('NOT_AN_ENTRY', 'type must be request or response');
  const request = line.inner('request');
  if (!request) throw new LineFault('NOT_AN_ENTRY', 'request is missing');
  const auth = line.inner('auth');
  const results = auth?.inner('policy_results') ?? null;
  return {
    kind,
    device: context.device,
    request_id: bounded(request.required('id'), NAME),
    occurred_at: timeOf(line, context.now),
    operation: bounded(request.required('operation'), NAME),
    path: bounded(withoutToken(request.required('path')), PATH),
    mount_point: text(request, 'mount_point', PATH),
    mount_type: text(request, 'mount_type', NAME),
    namespace_path: bounded(request.inner('namespace')?.text('path') ?? '', PATH),
    actor: deviceActor(auth, request, context),
    policies: policiesOf(auth, results),
    allowed: results?.flag('allowed') ?? null,
    error_code: errorOf(line, kind),
    lost: null,
  };
}

function timeOf(line: KnownFields, now: number): number {
  const time = parseMicros(line.required('time'));
  if (time === undefined || time < 0)
    throw new LineFault('NOT_AN_ENTRY', 'time must be a time such as RFC 3339 has');
  if (time > now + DAY_US) throw new LineFault('NOT_AN_ENTRY', 'time is later than tomorrow');
  return time;
}

const text = (fields: KnownFields, name: string, limit: number): string | null => {
  const value = fields.text(name);
  return value && bounded(value, limit);
};

/** The granting policies; where none is named, those of the token. */
function policiesOf(auth: KnownFields | null, results: KnownFields | null): string[] {
  const granting = results?.objects('granting_policies').flatMap((policy) => policy.text('name') ?? []) ?? [];
  const policies = granting.length ? granting : (auth?.texts('policies') ?? []);
  return [...new Set(policies)].slice(0, POLICIES).map((name) => bounded(name, NAME));
}

/**
 * The server calls an answer whose data is a single `error` an error, and so do we; that it is there is looked at, what
 * it holds is not.
 */
function errorOf(line: KnownFields, kind: string): string | null {
  const error = line.text('error');
  if (error) return errorClass(error);
  if (kind === 'request') return null;
  return line.inner('response')?.onlyNameWithin('data') === 'error' ? 'refused_by_engine' : null;
}

/** Old paths that end with a token. */
const tokenPath =
  /^(auth\/token\/(?:lookup|lookup-accessor|renew|revoke|revoke-accessor|revoke-orphan))\/.+$/;

const withoutToken = (path: string): string => path.replace(tokenPath, '$1');
