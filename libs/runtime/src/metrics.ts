import type { TaskEvents } from '@auditmesh/kafka';
import { Controller, Get, Header } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics of this process; one registry, since there is one process. */
export const metrics = new Registry();
collectDefaultMetrics({ register: metrics });

const registers = [metrics];

const recordsHandled = new Counter({
  name: 'auditmesh_records_handled_total',
  help: 'Records handled, by topic.',
  labelNames: ['topic', 'partition'],
  registers,
});
const lagRecords = new Gauge({
  name: 'auditmesh_lag_records',
  help: 'Records not yet read, from the true position; autoscaling uses this one.',
  labelNames: ['topic', 'partition'],
  registers,
});
const deadLetters = new Counter({
  name: 'auditmesh_dead_letters_total',
  help: 'Records put into the dead-letter queue, by topic and reason.',
  labelNames: ['topic', 'code'],
  registers,
});
const restarts = new Counter({
  name: 'auditmesh_task_restarts_total',
  help: 'Times a task began again; cause is dependency or bug.',
  labelNames: ['cause'],
  registers,
});
const assignedPartitions = new Gauge({
  name: 'auditmesh_assigned_partitions',
  help: 'Partition numbers assigned to this process.',
  registers,
});

const expiredRecords = new Counter({
  name: 'auditmesh_expired_records_total',
  help: 'Records that expired before they were read; alert on any.',
  labelNames: ['topic', 'partition'],
  registers,
});

/** Counts what happens to the tasks of the process. */
export const taskMetrics: TaskEvents = {
  handled: (topic, partition, records) => recordsHandled.inc({ topic, partition }, records),
  lag: (topic, partition, records) => lagRecords.set({ topic, partition }, records),
  deadLetter: (topic, code) => deadLetters.inc({ topic, code }),
  restarted: (_partition, retriable) => restarts.inc({ cause: retriable ? 'dependency' : 'bug' }),
  expired: (topic, partition, records) => expiredRecords.inc({ topic, partition }, records),
  assigned: (partitions) => assignedPartitions.set(partitions.length),
};

/** A histogram of seconds in the registry of the process. */
export const secondsHistogram = (name: string, help: string, labelNames: string[] = []): Histogram =>
  new Histogram({
    name,
    help,
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });

/** A gauge in the registry of the process. */
export const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
  new Gauge({ name, help, labelNames, registers });

/** A counter in the registry of the process. */
export const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
  new Counter({ name, help, labelNames, registers });

@Controller('metrics')
export class MetricsController {
  @Get()
  @Header('content-type', metrics.contentType)
  metrics(): Promise<string> {
    return metrics.metrics();
  }
}
