#!/usr/bin/env node
import type { Log } from '@auditmesh/kafka/producing';
import { SpoolShipping } from '@auditmesh/sdk';
import { shippingOptionsOf, usage, UsageError } from './sidecar/ship-arguments.js';

// The command auditmesh-sdk-ship.

const line = (level: string) => (fields: object, message: string) => {
  const { err } = fields as { err?: Error };
  const told = err ? { ...fields, err: err.message } : fields;
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...told })}\n`);
};
const log: Log = { debug() {}, info: line('info'), warn: line('warn'), error: line('error') };

try {
  const options = shippingOptionsOf(process.argv.slice(2));
  if (options) await ship(options);
  else process.stdout.write(`${usage}\n`);
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${(error as Error).message}${isUsage ? ' See auditmesh-sdk-ship --help.' : ''}\n`);
  process.exitCode = isUsage ? 2 : 1;
}

function onLost(err: Error): void {
  log.error({ err }, 'Nothing more can be shipped.');
  process.exit(1);
}

async function ship(options: NonNullable<ReturnType<typeof shippingOptionsOf>>): Promise<void> {
  const shipping = await SpoolShipping.start({ ...options, log, onLost });
  const stop = () => void shipping.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  log.info({ spool: options.folder }, 'Ships the spool.');
}
