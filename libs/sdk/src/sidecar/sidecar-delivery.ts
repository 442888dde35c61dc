import type { Log } from '@auditmesh/kafka/producing';
import { Acknowledgements } from '../acknowledgements.js';
import type { Delivery } from '../delivery.js';
import { AcknowledgedFile } from '../spool/acknowledged-file.js';
import { limitsOf, type SpoolContent, type SpoolOptions } from '../spool/spool-options.js';
import type { EncodeBody } from '../spool/spool-writer.js';
import { WritingEnd } from '../spool/writing-end.js';
import { PATIENCE_MS, ShipperLink } from './shipper-link.js';

/** Records that another process ships. */
export class SidecarDelivery implements Delivery {
  private constructor(
    private readonly spool: WritingEnd,
    private readonly link: ShipperLink,
    readonly acknowledgements: Acknowledgements,
  ) {}

  /** @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system */
  static async open(
    options: SpoolOptions,
    content: SpoolContent,
    { acknowledgeWithinMs, log }: { acknowledgeWithinMs: number; log: Log },
  ): Promise<SidecarDelivery> {
    const acknowledgements = new Acknowledgements(acknowledgeWithinMs);
    const link = new ShipperLink(acknowledgements, log, options.onFinding ?? (() => undefined));
    // The shipper is asked that much earlier, so that there is time to do its work where it does not.
    const syncAfterMs = Math.max(limitsOf(options).syncAfterMs - PATIENCE_MS, 0);
    const acknowledged = () => AcknowledgedFile.read(options.folder);
    const spool = await WritingEnd.open({ ...options, syncAfterMs }, content, acknowledged, link);
    link.start(spool);
    return new SidecarDelivery(spool, link, acknowledgements);
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
  }

  /** What the mesh has not is shipped by the other process, whenever that may be. */
  async close(): Promise<void> {
    await this.spool.finish();
    this.link.stop();
    await this.spool.close();
  }
}
