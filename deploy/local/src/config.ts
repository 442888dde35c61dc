import { StartError } from './start-error.js';

/** Servers of the user's own; those that are set are not embedded. */
export interface ExternalServers {
  /** `host:port`, several with commas between. */
  kafkaBrokers?: string;
  /** The base of the Confluent API, such as `http://host/apis/ccompat/v7`. */
  schemaRegistryUrl?: string;
  /** `postgres://user:password@host:port/database` */
  databaseUrl?: string;
}

export interface Settings {
  external: ExternalServers;
  /** Ports by the name of the server or service. */
  ports: Record<string, number>;
}

type Environment = Record<string, string | undefined>;

const portPattern = /^AUDITMESH_([A-Z_]+)_PORT$/;

/** The variable by which a user fixes a port: `policy-sync` → `AUDITMESH_POLICY_SYNC_PORT`. */
export function portVariable(name: string): string {
  return `AUDITMESH_${name.toUpperCase().replaceAll('-', '_')}_PORT`;
}

/** What the environment says about the stack. Throws StartError `bad-settings` naming every bad variable. */
export function settingsFrom(env: Environment): Settings {
  const bad: string[] = [];
  const ports: Record<string, number> = {};
  for (const [variable, value] of Object.entries(env)) {
    const name = portPattern.exec(variable)?.[1];
    if (!name || !value) continue;
    const port = Number(value);
    if (Number.isInteger(port) && port >= 1 && port <= 65_535)
      ports[name.toLowerCase().replaceAll('_', '-')] = port;
    else bad.push(`${variable} is "${value}" and must be a port from 1 to 65535`);
  }
  bad.push(...badUrl(env, 'SCHEMA_REGISTRY_URL', ['http:', 'https:']));
  bad.push(...badUrl(env, 'DATABASE_URL', ['postgres:', 'postgresql:']));
  if (bad.length > 0) throw new StartError('bad-settings', `${bad.join('; ')}.`);
  return { external: externalServers(env), ports };
}

/** The servers that the three variables name; an empty variable counts as unset. */
export function externalServers(env: Environment): ExternalServers {
  return {
    ...(env['KAFKA_BROKERS'] && { kafkaBrokers: env['KAFKA_BROKERS'] }),
    ...(env['SCHEMA_REGISTRY_URL'] && { schemaRegistryUrl: env['SCHEMA_REGISTRY_URL'] }),
    ...(env['DATABASE_URL'] && { databaseUrl: env['DATABASE_URL'] }),
  };
}

const ofThisProcessOnly = ['NODE_OPTIONS', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];

/** The process's environment, for what needs it whole: the services, which read their own settings from it. */
export function inheritedEnvironment(): Record<string, string> {
  return environment((name) => !ofThisProcessOnly.includes(name));
}

const neededByServers = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'TZ', 'JAVA_HOME', 'JAVA_TOOL_OPTIONS'];

/** The little that Kafka, the registry and PostgreSQL get of the environment, so that nothing in it configures them. */
export function plainEnvironment(): Record<string, string> {
  return environment((name) => neededByServers.includes(name));
}

function environment(wanted: (name: string) => boolean): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && wanted(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function badUrl(env: Environment, variable: string, protocols: string[]): string[] {
  const value = env[variable];
  if (!value) return [];
  const protocol = URL.canParse(value) ? new URL(value).protocol : '';
  if (protocols.includes(protocol)) return [];
  return [
    `${variable} must be a URL that begins with ${protocols.map((known) => `${known}//`).join(' or ')}`,
  ];
}
