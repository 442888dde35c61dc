import { Backoff } from '@auditmesh/kafka';
import type { Logger } from '@auditmesh/runtime';

/**
 * Repeats the work until it succeeds, however long Kafka is away; whoever reads lines waits for it, which stops the
 * reading.
 *
 * @throws what the work threw last, once the signal is aborted
 */
export async function untilTaken<T>(
  work: () => Promise<T>,
  device: string,
  log: Logger,
  stopping: AbortSignal,
): Promise<T> {
  const backoff = new Backoff(100, 5_000);
  for (let failures = 0; ; failures++) {
    try {
      const done = await work();
      if (failures) log.info({ device, failures }, 'lines of the audit device are taken again');
      return done;
    } catch (err) {
      if (stopping.aborted) throw err;
      if (failures === 0) log.warn({ err, device }, 'lines of the audit device wait until Kafka takes them');
      await backoff.wait(stopping);
    }
  }
}
