import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type SecretAccess } from '@auditmesh/events';
import { KafkaClient, type Log } from '@auditmesh/kafka/producing';
import { ended, secretAccess, type Access, type Ending, type Guarantee } from './access.js';
import { optionsWithDefaults, type AuditorOptions, type AuditorSettings } from './auditor-options.js';
import type { Delivery } from './delivery.js';
import { endingOf } from './error-outcome.js';
import { AuditError } from './errors.js';
import { Heartbeats } from './heartbeats.js';
import { InsideDelivery } from './inside-delivery.js';
import { RecordWriter } from './record-writer.js';
import { SidecarDelivery } from './sidecar/sidecar-delivery.js';
import { wrapStore, type AuditedStore, type WrapOptions } from './wrap-store.js';

const REFUSED: Ending = { outcome: 'failure', errorCode: 'AUDIT_UNAVAILABLE' };
const SUCCESS: Ending = { outcome: 'success' };

/** An access whose end is not known. */
interface Begun {
  recorded: SecretAccess;
  guarantee: Guarantee;
  traceparent: string | undefined;
}

/** What an operator wants to know. */
export interface AuditorStatus {
  /** Records that the mesh has not acknowledged. */
  pending: number;
  /** Bytes that the spool takes. */
  bytes: number;
  /** Why the mesh takes no records at present. */
  outage: Error | undefined;
}

/** Records each use of a secret before what it gives is handed out. */
export class SecretAuditor {
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly settings: AuditorSettings,
    private readonly delivery: Delivery,
    private readonly writer: RecordWriter,
    private readonly heartbeats: Heartbeats,
  ) {}

  /**
   * Opens the spool, goes on with what it still holds, and gives the first heartbeat. Needs neither Kafka nor the registry:
   * while they are away the records stay in the spool.
   *
   * @throws AuditError SPOOL_IN_USE, SPOOL_BROKEN; errors of the file system; RangeError for options out of bounds
   */
  static async open(options: AuditorOptions): Promise<SecretAuditor> {
    const settings = optionsWithDefaults(options);
    const { log, name, now, heartbeatMs } = settings;
    const delivery = await openDelivery(options, settings);
    const writer = new RecordWriter(delivery, `${name}/${delivery.id}`, now);
    const heartbeats = new Heartbeats(writer, heartbeatMs, log);
    await heartbeats.start();
    return new SecretAuditor(settings, delivery, writer, heartbeats);
  }

  /** Source of the records: the name, and the id of the spool. */
  get producerId(): string {
    return this.writer.producerId;
  }

  get status(): AuditorStatus {
    const { pending, bytes, acknowledgements } = this.delivery;
    return { pending, bytes, outage: acknowledgements.outage };
  }

  /** The store, of which every use is recorded. @see WrapOptions */
  wrap<S extends object>(store: S, options: WrapOptions<S>): AuditedStore<S> {
    return wrapStore(this, store, options);
  }

  /**
   * Lets `use` do the access, and gives what it gave once that is recorded as the guarantee of the action says.
   *
   * @param isDenied whether an error of `use` says that it was not allowed; by usual codes and names if left out
   * @throws the error of `use`, recorded as failure or denied
   * @throws AuditError if it could not be recorded; then the secret MUST NOT be used, though `use` may have been done
   */
  async audited<T>(
    access: Access,
    use: () => T | Promise<T>,
    isDenied?: (error: unknown) => boolean,
  ): Promise<T> {
    // Before the use: what cannot be recorded is not done.
    const begun = this.begun(access);
    const { outage } = this.delivery.acknowledgements;
    if (begun.guarantee === 'fail-closed' && outage) {
      await this.append(begun, REFUSED).catch(() => undefined);
      throw unavailable('Nothing was done.', outage);
    }
    let result: T;
    try {
      result = await use();
    } catch (error) {
      await this.append(begun, endingOf(error, isDenied)).catch((failure: AuditError) => {
        throw new AuditError(failure.code, `${failure.message} The access itself failed, too.`, {
          cause: error,
        });
      });
      throw error;
    }
    await this.recorded(begun, SUCCESS);
    return result;
  }

  /**
   * Records an access that was done, as the guarantee of its action says.
   *
   * @throws AuditError if that is not possible; what the access gave MUST NOT be handed out
   */
  async record(access: Access, ending: Ending = SUCCESS): Promise<void> {
    await this.recorded(this.begun(access), ending);
  }

  private recorded(begun: Begun, ending: Ending): Promise<unknown> {
    const appended = this.append(begun, ending);
    return begun.guarantee === 'spooled' ? appended : this.acknowledgedOrRefused(begun, appended);
  }

  private async acknowledgedOrRefused(begun: Begun, appended: Promise<number>): Promise<void> {
    if (await this.acknowledged(appended)) return;
    appended
      .then((corrects) => this.append(begun, { ...REFUSED, corrects }))
      .catch((err: unknown) => this.settings.log.warn({ err }, 'A refused access could not be corrected.'));
    throw unavailable('It was done, but its result is not handed out.', this.status.outage);
  }

  /**
   * Gives the last heartbeat, ships what it can and gives the spool back; what is left is shipped by the next process.
   *
   * @param withinMs how long it may ship
   */
  close(withinMs = 5_000): Promise<void> {
    this.closing ??= this.end(withinMs);
    return this.closing;
  }

  private async end(withinMs: number): Promise<void> {
    await this.heartbeats.stop();
    await this.delivery.close(withinMs);
  }

  /** Whether the mesh had the record in time; the spool may hold it up, too. */
  private acknowledged(appended: Promise<number>): Promise<boolean> {
    const { delivery } = this;
    const acknowledged = delivery.acknowledgements.of(appended);
    appended.then(
      () => delivery.hurry(),
      () => undefined,
    );
    return acknowledged;
  }

  /** @throws AuditError INVALID_ACCESS */
  private begun(access: Access): Begun {
    const { guarantees } = this.settings;
    const guarantee = guarantees[access.action] ?? guarantees.default;
    return { recorded: secretAccess(access, SUCCESS, guarantee), guarantee, traceparent: access.traceparent };
  }

  private append({ recorded, traceparent }: Begun, ending: Ending): Promise<number> {
    // It was begun as if it would end well.
    return this.writer.access(ending === SUCCESS ? recorded : ended(recorded, ending), traceparent);
  }
}

function openDelivery(options: AuditorOptions, settings: AuditorSettings): Promise<Delivery> {
  const { partitions, schema } = topics.secretAccesses;
  const content = { partitions, schema };
  const spool = { ...options.spool, onFinding: spoolFindings(settings.log, options) };
  if (options.shipping === 'sidecar') return SidecarDelivery.open(spool, content, settings);
  const { kafka, schemaRegistryUrl } = options;
  if (!kafka || !schemaRegistryUrl)
    throw new RangeError('kafka and schemaRegistryUrl are missing; give both, or shipping: "sidecar".');
  const client = new KafkaClient({ clientId: settings.name, log: settings.log, ...kafka });
  const mesh = { client, registry: new SchemaRegistry(schemaRegistryUrl) };
  return InsideDelivery.open(spool, content, { ...settings, mesh });
}

function spoolFindings(log: Log, { spool }: AuditorOptions) {
  return (finding: Parameters<NonNullable<typeof spool.onFinding>>[0]) => {
    log.error(finding, 'The spool is not as it was written.');
    spool.onFinding?.(finding);
  };
}

const unavailable = (what: string, cause: Error | undefined) =>
  new AuditError(
    'AUDIT_UNAVAILABLE',
    `The access is refused, since the audit trail did not acknowledge it: ${cause?.message ?? 'no answer in time'} ${what}`,
    { cause },
  );
