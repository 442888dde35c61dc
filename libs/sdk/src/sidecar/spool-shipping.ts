import { SchemaRegistry } from '@auditmesh/avro';
import { KafkaClient, pause, type KafkaOptions, type Log } from '@auditmesh/kafka/producing';
import { silent } from '../auditor-options.js';
import { Shipper } from '../shipper.js';
import { SharedSpool } from './shared-spool.js';

export interface ShippingOptions {
  /** Folder of the spool of an auditor with `shipping: 'sidecar'`, on the same machine. */
  folder: string;
  kafka: Omit<KafkaOptions, 'clientId' | 'log'>;
  schemaRegistryUrl: string;
  /** Told when nothing more can be shipped until this is closed and started again. */
  onLost?: (error: Error) => void;
  /** Silent if left out; pino fits. Never gets anything of a secret. */
  log?: Log;
}

const CLIENT_ID = 'auditmesh-sdk-ship';
const CLOSE_POLL_MS = 10;

/** Ships the records of an application from outside of it: on another core, whether or not the application is running. */
export class SpoolShipping {
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly spool: SharedSpool,
    private readonly shipper: Shipper,
  ) {}

  /**
   * Begins with what the spool holds; the application may be started before or after.
   *
   * @throws AuditError SPOOL_IN_USE while another process ships the spool, the application itself perhaps; SPOOL_BROKEN
   */
  static async start(options: ShippingOptions): Promise<SpoolShipping> {
    const { folder, kafka, schemaRegistryUrl, onLost = () => undefined, log = silent } = options;
    const spool = await SharedSpool.open(folder, log, { onLost, onAwaited: () => shipper.hurry() });
    const client = new KafkaClient({ clientId: CLIENT_ID, log, ...kafka });
    const mesh = { client, registry: new SchemaRegistry(schemaRegistryUrl) };
    const shipper = new Shipper(spool, mesh, spool, log);
    shipper.start();
    return new SpoolShipping(spool, shipper);
  }

  /**
   * Ships what was written so far and gives the spool back; what is left is shipped by the next.
   *
   * @param withinMs how long it may ship
   */
  close(withinMs = 5_000): Promise<void> {
    this.closing ??= this.end(withinMs);
    return this.closing;
  }

  private async end(withinMs: number): Promise<void> {
    this.shipper.hurry();
    const deadline = performance.now() + withinMs;
    while (!this.spool.outage && performance.now() < deadline && !(await this.spool.isEmpty()))
      await pause(CLOSE_POLL_MS);
    await this.shipper.stop();
    await this.spool.close();
  }
}
