import type { ExternalServers } from './config.js';
import type { Report } from './report.js';

/** How a stack is to be started. */
export interface StackOptions {
  /** The folder for data, logs, ports and secrets; made if missing. Two running stacks never share one. */
  dir: string;
  /** Servers to use in place of embedded ones. Default: none; see settingsFrom for those of the environment. */
  external?: ExternalServers;
  /** Ports that must be used: `kafka`, `kafka-controller`, `registry`, `postgres`. Others are chosen and remembered. */
  ports?: Record<string, number>;
  /** Kafka settings beyond ours, or in their place. */
  kafkaSettings?: Record<string, string>;
  /** PostgreSQL settings beyond ours, or in their place. */
  postgresSettings?: Record<string, string>;
  /** Whether a server that dies is started again, with back-off. Default: no. */
  keepAlive?: boolean;
  /** Told what happens. Default: nobody. */
  report?: Report;
  /** Ends the start when aborted. */
  signal?: AbortSignal;
}
