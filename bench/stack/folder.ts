import { join } from 'node:path';

/** All that a bench keeps while it runs. One bench runs at a time; what an earlier one left is removed. */
export const benchFolder = join(import.meta.dirname, '../../.auditmesh/bench');

/** Where the output of a program goes. */
export const logFile = (name: string): string => join(benchFolder, 'logs', `${name}.log`);

/** Where the broker keeps the partitions. */
export const kafkaData = join(benchFolder, 'kafka/data');
