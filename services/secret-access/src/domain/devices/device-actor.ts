import type { Actor } from '@auditmesh/events';
import type { KnownFields } from './known-fields.js';
import { bounded } from './text.js';

/** Who logs in through an auth mount: people or programs. */
export type LoginKind = 'user' | 'service_account' | 'access_token';

/**
 * Kinds by what the display name begins with, which is the path of the auth mount; these are the usual paths. Mounts
 * with paths of their own are told by configuration.
 */
export const usualLogins: readonly (readonly [string, LoginKind])[] = [
  ['userpass', 'user'],
  ['ldap', 'user'],
  ['oidc', 'user'],
  ['github', 'user'],
  ['okta', 'user'],
  ['radius', 'user'],
  ['kerberos', 'user'],
  ['saml', 'user'],
  ['approle', 'service_account'],
  ['kubernetes', 'service_account'],
  ['jwt', 'service_account'],
  ['aws', 'service_account'],
  ['azure', 'service_account'],
  ['gcp', 'service_account'],
  ['cert', 'service_account'],
  ['cf', 'service_account'],
  ['oci', 'service_account'],
  ['alicloud', 'service_account'],
  ['token', 'access_token'],
  ['root', 'access_token'],
];

/** What the actor is made from besides the entry. */
export interface ActorContext {
  /** Kinds of logins, those of the configuration first. */
  logins: readonly (readonly [string, LoginKind])[];
  /** Whether the text is an IP address. */
  isIp: (text: string) => boolean;
}

const HASHED = /^hmac-sha256:[0-9a-f]{64}$/;
const NAME = 255;

/**
 * Who sent the request. The id is that of the entity, else the hash of the token's accessor, by which a token without
 * an entity can be told from others; an accessor that is not hashed is left out.
 *
 * @throws LineFault on a field of the wrong type
 */
export function deviceActor(auth: KnownFields | null, request: KnownFields, context: ActorContext): Actor {
  const name = auth?.text('display_name') || null;
  const entity = auth?.text('entity_id') || null;
  const accessor = auth?.text('accessor') ?? null;
  const ip = request.text('remote_address');
  return {
    id: entity ? bounded(entity, NAME) : accessor && HASHED.test(accessor) ? accessor : null,
    type: kindOf(name, entity, context.logins),
    name: name && bounded(name, NAME),
    email: null,
    ip: ip && context.isIp(ip) ? ip : null,
    user_agent: userAgent(request),
  };
}

function kindOf(name: string | null, entity: string | null, logins: ActorContext['logins']): LoginKind {
  const found = logins.find(([mount]) => name === mount || name?.startsWith(`${mount}-`));
  return found?.[1] ?? (entity ? 'user' : 'access_token');
}

/** The one header that is kept, where the server is told to audit it without hashing. */
function userAgent(request: KnownFields): string | null {
  const headers = request.inner('headers');
  const name = headers?.names.find((n) => n.toLowerCase() === 'user-agent');
  const value = name === undefined ? undefined : headers!.texts(name)[0];
  return value && !value.startsWith('hmac-sha256:') ? bounded(value, NAME) : null;
}
