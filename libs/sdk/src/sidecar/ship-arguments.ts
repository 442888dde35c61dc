import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ShippingOptions } from './spool-shipping.js';

export const usage = `Ships the audit records of an application that has SecretAuditor with shipping: 'sidecar'.

Usage: auditmesh-sdk-ship --spool DIR --brokers HOST:PORT,… --schema-registry URL [options]

  --spool DIR             folder of the application's spool, on this machine
  --brokers HOST:PORT,…   some brokers of the cluster
  --schema-registry URL   with user and password in it where the registry asks for them
  --topic-prefix TEXT     before the names of topics, on a cluster shared with others
  --kafka-options FILE    JSON with more of the option kafka, such as ssl and sasl
  --help                  print this

Runs until SIGTERM or SIGINT; then it ships what is there, for five seconds at most. Start it before or after the
application, and again when it ends: what was not shipped it ships after. One for each spool.

  auditmesh-sdk-ship --spool /var/lib/vault/audit --brokers kafka:9092 --schema-registry http://registry:8081
  auditmesh-sdk-ship --spool ./audit --brokers a:9093,b:9093 --schema-registry https://me:secret@registry \\
    --kafka-options kafka.json     # {"ssl": true, "sasl": {"mechanism": "scram-sha-512", "username": "…", "password": "…"}}

Exit code: 0 ended by a signal · 1 it could not begin, or the folder holds another spool than before · 2 wrong arguments`;

/** What is wrong with the arguments. */
export class UsageError extends Error {}

/** undefined if help is asked for. @throws UsageError */
export function shippingOptionsOf(args: string[]): Omit<ShippingOptions, 'log' | 'onLost'> | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  const { spool, brokers, 'schema-registry': schemaRegistryUrl, 'topic-prefix': prefix } = values;
  if (!spool) throw new UsageError('--spool is missing; name the folder of the spool.');
  if (!brokers) throw new UsageError('--brokers is missing; name some, such as localhost:9092.');
  if (!schemaRegistryUrl) throw new UsageError('--schema-registry is missing; give its URL.');
  const more = values['kafka-options'] === undefined ? {} : jsonOf(values['kafka-options']);
  const kafka = { ...more, brokers: brokers.split(','), ...(prefix === undefined ? {} : { prefix }) };
  return { folder: spool, kafka, schemaRegistryUrl };
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: {
        spool: text,
        brokers: text,
        'schema-registry': text,
        'topic-prefix': text,
        'kafka-options': text,
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function jsonOf(file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch (error) {
    throw new UsageError(`--kafka-options: ${file} cannot be read as JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
