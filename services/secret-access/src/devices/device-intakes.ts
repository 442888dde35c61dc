import { mkdir } from 'node:fs/promises';
import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { KafkaClient, OpenTopics, RecordProducer } from '@auditmesh/kafka';
import { ConfigError, LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parts, type Part } from '../domain/devices/path-meanings.js';
import type { UseRules } from '../domain/devices/secret-use.js';
import { usualLogins, type LoginKind } from '../domain/devices/device-actor.js';
import { pairsOf, type DeviceConfig } from './device-config.js';
import { DeviceIntake } from './device-intake.js';
import { DeviceWriter } from './device-writer.js';
import { FileIntake } from './file-intake.js';
import { serveDevices } from './http-intake.js';
import { SocketIntake } from './socket-intake.js';

export const DEVICE_CONFIG = Symbol('DEVICE_CONFIG');

/** What of a server is told, by the configuration. */
export const useRulesOf = ({ DEVICE_KEEP, DEVICE_KV1_MOUNTS }: DeviceConfig): UseRules => ({
  parts: new Set(parts.filter((part: Part) => DEVICE_KEEP.split(',').includes(part))),
  plainMounts: new Set(DEVICE_KV1_MOUNTS?.split(',') ?? []),
});

/** The intakes that the configuration names; without any, nothing is opened. */
@Injectable()
export class DeviceIntakes implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Where sockets are listened at, in the order of the configuration. */
  addresses: string[] = [];
  private readonly intake: DeviceIntake;
  private readonly sockets: SocketIntake;
  private readonly files: FileIntake;
  private producer: RecordProducer | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    @Inject(DEVICE_CONFIG) private readonly config: DeviceConfig,
    @Inject(LOG) log: Logger,
  ) {
    const { DEVICE_LINE_BYTES: lineBytes, DEVICE_STATE_FOLDER: stateFolder = '' } = config;
    const writer = new DeviceWriter(client, () => this.open(), config.DEVICE_QUEUE_BYTES);
    this.intake = new DeviceIntake(writer, rulesOf(config), log);
    this.sockets = new SocketIntake(this.intake, lineBytes, log);
    this.files = new FileIntake(this.intake, { lineBytes, stateFolder }, log);
  }

  /** Before the service listens. */
  serve(app: NestFastifyApplication): void {
    serveDevices(app.getHttpAdapter().getInstance(), this.intake, {
      tokens: new Map(pairsOf(this.config.DEVICE_TOKENS)),
      lineBytes: this.config.DEVICE_LINE_BYTES,
      waitMs: this.config.DEVICE_HTTP_WAIT_MS,
    });
  }

  /** @throws ConfigError, or why an address cannot be had */
  async onApplicationBootstrap(): Promise<void> {
    const files = pairsOf(this.config.DEVICE_FILES);
    if (new Map(files).size < files.length)
      throw ConfigError.about([
        'DEVICE_FILES: each file needs a name of its own, by which its position is kept',
      ]);
    for (const [device, url] of pairsOf(this.config.DEVICE_SOCKETS))
      this.addresses.push(await this.sockets.listen({ device, url }));
    if (files.length) await mkdir(this.config.DEVICE_STATE_FOLDER!, { recursive: true });
    for (const [device, path] of files) this.files.start({ device, path });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.sockets.stop(), this.files.stop()]);
    await this.producer?.disconnect();
  }

  private async open(): Promise<RecordProducer> {
    if (this.producer) return this.producer;
    const open = await OpenTopics.open(this.client, this.registry, [topics.secretDeviceEntries]);
    this.producer ??= new RecordProducer(this.client, open);
    return this.producer;
  }
}

const rulesOf = (config: DeviceConfig) => ({
  uses: useRulesOf(config),
  logins: [...(pairsOf(config.DEVICE_LOGINS) as [string, LoginKind][]), ...usualLogins],
  prefixes: new Map(pairsOf(config.DEVICE_PREFIXES)),
});
