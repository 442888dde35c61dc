/** Instances of services, two of each that shares its work, as processes of their own. */
export const instances = [
  'policy-sync-1',
  'policy-sync-2',
  'consolidator-1',
  'consolidator-2',
  'projector-1',
  'projector-2',
  'violations-1',
  'violations-2',
  'api',
] as const;
export type Instance = (typeof instances)[number];

export const servers = ['kafka', 'postgres', 'registry'] as const;
export type Server = (typeof servers)[number];

/** What toxiproxy does to the bytes between services and a server; fields as in its documentation. */
export type Toxic =
  | { type: 'latency'; stream: Stream; attributes: { latency: number; jitter: number } }
  /** KB per second. */
  | { type: 'bandwidth'; stream: Stream; attributes: { rate: number } }
  /** Data is dropped and nothing is closed: a half-open connection. */
  | { type: 'timeout'; stream: Stream; attributes: { timeout: number } }
  | { type: 'reset_peer'; stream: Stream; attributes: { timeout: number } };
/** Towards the server, or back. */
export type Stream = 'upstream' | 'downstream';

export type Fault =
  /** A signal; the process is started again when it has ended. */
  | { kind: 'signal'; signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'; target: Instance | Server }
  /** Stopped for longer than a session of a consumer group lasts, and then let go on as if nothing had been. */
  | { kind: 'freeze'; target: Instance | 'kafka'; forMs: number }
  /** No connection to the server, and none possible. */
  | { kind: 'cut'; target: Server; forMs: number }
  | { kind: 'toxic'; target: Server; forMs: number; toxic: Toxic };

/** Faults that begin together, this long after the beginning of the load. */
export interface FaultStep {
  atMs: number;
  faults: Fault[];
}

/** The fault in a few words. */
export function describeFault(fault: Fault): string {
  if (fault.kind === 'signal') return `${fault.signal} to ${fault.target}`;
  const seconds = `for ${(fault.forMs / 1000).toFixed(1)} s`;
  if (fault.kind === 'freeze') return `${fault.target} frozen ${seconds}`;
  if (fault.kind === 'cut') return `${fault.target} cut off ${seconds}`;
  const { type, stream, attributes } = fault.toxic;
  const how = Object.entries(attributes).map(([name, value]) => `${name} ${value}`);
  return `${fault.target} ${stream} ${type} (${how.join(', ')}) ${seconds}`;
}
