import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { GlobalTable, KafkaClient, OpenTopics } from '@auditmesh/kafka';
import {
  ConfigError,
  LOG,
  readContent,
  watchContent,
  type FileContent,
  type Logger,
} from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { readPathsFile, type PathsFile } from './domain/paths-file.js';
import { Places } from './domain/places.js';

export const PATHS_FILE = Symbol('PATHS_FILE');
const POLL_MS = 500;
/** An access is told late rather than without its namespace, but not much later. */
const PATIENCE_MS = 2_000;

/** Where secrets belong as of now: the directory, and the rules of a file that is watched. */
@Injectable()
export class PlacesTable implements OnApplicationBootstrap, OnApplicationShutdown {
  /** As read so far. */
  readonly places = new Places();
  private table!: GlobalTable<unknown>;
  private started: Promise<void> | undefined;
  private late = false;
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    @Inject(PATHS_FILE) private readonly file: string | undefined,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): Promise<void> {
    return this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopWatching();
    await this.table?.stop();
  }

  /** With everything that was in the directory when this was called; after 2 s, with what has come. */
  async now(): Promise<Places> {
    await this.start();
    try {
      await this.table.catchUp(PATIENCE_MS);
      this.late = false;
    } catch (err) {
      if (!this.late) this.log.warn({ err }, 'going on with the directory as it was read so far');
      this.late = true;
    }
    return this.places;
  }

  private start(): Promise<void> {
    this.started ??= this.open();
    return this.started;
  }

  /** @throws ConfigError if the file is not usable: all accesses would go to no namespace, and stay there */
  private async open(): Promise<void> {
    if (this.file !== undefined) await this.readFile(this.file);
    const open = await OpenTopics.open(this.client, this.registry, [topics.directoryEntries]);
    const { codec } = open.get(topics.directoryEntries);
    this.table = new GlobalTable(this.client, topics.directoryEntries, codec, (key, entry) => {
      if (!this.places.apply(key, entry))
        this.log.warn({ key }, 'left out a directory entry whose key and content do not fit');
    }) as GlobalTable<unknown>;
    await this.table.start();
  }

  private async readFile(path: string): Promise<void> {
    const first = await readContent(path);
    const read = asPathsFile(first);
    if (!read.valid) throw ConfigError.about(read.faults.map((fault) => `SECRET_PATHS_FILE: ${fault}`));
    this.places.rules = read.rules;
    this.stopWatching = watchContent(path, first, POLL_MS, (content) => this.take(asPathsFile(content)));
  }

  private take(read: PathsFile): void {
    if (read.valid) {
      this.places.rules = read.rules;
      this.log.info({ paths: read.rules.paths.length }, 'paths of secrets loaded');
    } else
      this.log.error(
        { faults: read.faults },
        'the paths of secrets are not usable; those before stay in force',
      );
  }
}

const asPathsFile = ({ kind, text }: FileContent): PathsFile =>
  kind === 'text'
    ? readPathsFile(text)
    : { valid: false, faults: [kind === 'missing' ? 'the file is not there' : text] };
