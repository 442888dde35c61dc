import { escapeText, type Actor, type SecretAccess } from '@auditmesh/events';
import { AuditError } from './errors.js';

export const actions = ['read', 'write', 'list', 'delete', 'rotate'] as const;
export const outcomes = ['success', 'failure', 'denied'] as const;
export type Action = (typeof actions)[number];
export type Outcome = (typeof outcomes)[number];

/** Which secret; there is no place for its value. */
export interface SecretReference {
  /** Identity in its store; its path, where it has no other. */
  id: string;
  path?: string | undefined;
  /** Mount, engine or vault that holds it. */
  mount?: string | undefined;
  version?: string | number | undefined;
}

/** Who uses the secret. */
export interface AccessActor {
  type: 'user' | 'service_account' | 'access_token' | 'deploy_key' | 'system';
  id?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  ip?: string | undefined;
  userAgent?: string | undefined;
}

/** A use of a secret before its outcome is known. */
export interface Access {
  action: Action;
  secret: SecretReference;
  actor: AccessActor;
  /** Policy that allows or denies it. */
  policy?: string | undefined;
  requestId?: string | undefined;
  /** W3C trace context. */
  traceparent?: string | undefined;
}

/** How it ended. */
export interface Ending {
  outcome: Outcome;
  errorCode?: string | undefined;
  /** Sequence of an earlier record that this one corrects. */
  corrects?: number | undefined;
}

/** Of those of an auditor with a spool. */
export type Guarantee = 'fail-closed' | 'spooled';

const MAX_ID_CHARACTERS = 4_096;
const MAX_TEXT_CHARACTERS = 1_024;

/**
 * The part of a record that tells of the access. Known fields only are taken over. Texts that say more about it are cut after
 * 1,024 characters, the identity of the secret never.
 *
 * @throws AuditError INVALID_ACCESS
 */
export function secretAccess(access: Access, ending: Ending, guarantee: Guarantee | 'outbox'): SecretAccess {
  const { action, secret, actor } = access;
  if (!actions.includes(action)) throw invalid(`the action is none of ${actions.join(', ')}`);
  if (typeof secret?.id !== 'string' || !secret.id) throw invalid('the secret has no id');
  if (secret.id.length > MAX_ID_CHARACTERS) throw invalid(`its id is longer than ${MAX_ID_CHARACTERS}`);
  if (typeof actor?.type !== 'string') throw invalid('the actor has no type');
  const { outcome, errorCode, corrects } = checked(ending);
  return {
    action,
    outcome,
    guarantee: guarantee === 'fail-closed' ? 'fail_closed' : guarantee,
    actor: actorOf(actor),
    secret_id: escapeText(secret.id),
    secret_path: text(secret.path),
    mount: text(secret.mount),
    version: secret.version === undefined ? null : text(String(secret.version)),
    policy: text(access.policy),
    request_id: text(access.requestId),
    error_code: text(errorCode),
    corrects: corrects ?? null,
  };
}

/** The part of a record with another ending. @throws AuditError INVALID_ACCESS */
export function ended(recorded: SecretAccess, ending: Ending): SecretAccess {
  const { outcome, errorCode, corrects } = checked(ending);
  return { ...recorded, outcome, error_code: text(errorCode), corrects: corrects ?? null };
}

function checked(ending: Ending): Ending {
  if (!outcomes.includes(ending.outcome)) throw invalid(`the outcome is none of ${outcomes.join(', ')}`);
  return ending;
}

const actorOf = ({ type, id, name, email, ip, userAgent }: AccessActor): Actor => ({
  type,
  id: text(id),
  name: text(name),
  email: text(email),
  ip: text(ip),
  user_agent: text(userAgent),
});

function text(given: string | undefined | null): string | null {
  if (given === undefined || given === null) return null;
  if (typeof given !== 'string') throw invalid('a text about it is no text');
  return escapeText(given.length > MAX_TEXT_CHARACTERS ? `${given.slice(0, MAX_TEXT_CHARACTERS)}…` : given);
}

const invalid = (why: string) => new AuditError('INVALID_ACCESS', `The access cannot be recorded: ${why}.`);
