import type { LogEntry } from 'kafkajs';

/** Where the library says what happens; pino fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Log creator for kafkajs. What it calls an error is one failed attempt of something that it tries again or that is
 * thrown to us, who log it once; so it is shown at debug level.
 */
export const kafkajsLogCreator =
  (log: Log) =>
  () =>
  ({ namespace, log: { message, timestamp: _t, logger: _l, ...fields } }: LogEntry): void =>
    log.debug({ ...fields, namespace }, `kafkajs: ${message}`);
