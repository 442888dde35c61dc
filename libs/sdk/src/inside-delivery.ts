import { pause, type Log } from '@auditmesh/kafka/producing';
import { Acknowledgements } from './acknowledgements.js';
import type { Delivery } from './delivery.js';
import type { Mesh } from './mesh-connection.js';
import { Shipper } from './shipper.js';
import type { SpoolContent, SpoolOptions } from './spool/spool-options.js';
import type { EncodeBody } from './spool/spool-writer.js';
import { Spool } from './spool/spool.js';

const CLOSE_POLL_MS = 10;

/** Records that the process ships which writes them. */
export class InsideDelivery implements Delivery {
  private constructor(
    private readonly spool: Spool,
    private readonly shipper: Shipper,
    readonly acknowledgements: Acknowledgements,
  ) {}

  /** @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system */
  static async open(
    options: SpoolOptions,
    content: SpoolContent,
    { mesh, acknowledgeWithinMs, log }: { mesh: Mesh; acknowledgeWithinMs: number; log: Log },
  ): Promise<InsideDelivery> {
    const spool = await Spool.open(options, content);
    const acknowledgements = new Acknowledgements(acknowledgeWithinMs);
    const shipper = new Shipper(spool, mesh, acknowledgements, log);
    shipper.start();
    return new InsideDelivery(spool, shipper, acknowledgements);
  }

  get id(): string {
    return this.spool.id;
  }

  get pending(): number {
    return this.spool.pending;
  }

  get bytes(): number {
    return this.spool.bytes;
  }

  append(partition: number, encode: EncodeBody): Promise<number> {
    return this.spool.append(partition, encode);
  }

  hurry(): void {
    this.spool.hurry();
    this.shipper.hurry();
  }

  async close(withinMs: number): Promise<void> {
    this.hurry();
    const deadline = performance.now() + withinMs;
    while (this.pending > 0 && !this.acknowledgements.outage && performance.now() < deadline)
      await pause(CLOSE_POLL_MS);
    await this.shipper.stop();
    await this.spool.close();
  }
}
