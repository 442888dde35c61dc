import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type Topic } from '@auditmesh/events';
import { GlobalTable, KafkaClient, OpenTopics, pause } from '@auditmesh/kafka';
import { Directory, siteOf, type PolicyLimits, type Site } from '@auditmesh/policies';
import { LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ApprovalPolicy } from '../domain/approvals/approval-policy.js';
import { PoliciesInForce } from '../domain/approvals/policies-in-force.js';

/** What the tables wait for and how much of them counts. */
export interface GovernanceOptions {
  /** How long a project that the directory does not know is waited for, ms. */
  patienceMs: number;
  limits: PolicyLimits;
}

export const GOVERNANCE_OPTIONS = Symbol('GOVERNANCE_OPTIONS');
const POLL_MS = 200;

/** Which approval policies govern which project, as of now: two tables, read whole in every instance. */
@Injectable()
export class Governance implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly directory = new Directory();
  private readonly policies: PoliciesInForce;
  private tables: GlobalTable<unknown>[] = [];
  private started: Promise<void> | undefined;
  /** Projects that were waited for in vain. */
  private readonly unknown = new Set<number>();

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    @Inject(GOVERNANCE_OPTIONS) private readonly options: GovernanceOptions,
    @Inject(LOG) private readonly log: Logger,
  ) {
    this.policies = new PoliciesInForce(options.limits);
  }

  onApplicationBootstrap(): Promise<void> {
    return this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.tables.map((table) => table.stop()));
  }

  /**
   * Resolves when everything is known that was in the tables when this was called. A record may overtake the
   * directory, so a project that it does not know is waited for, but only once for all its records.
   *
   * @param beforeWaiting called before each wait
   */
  async catchUp(projectIds: Iterable<number>, beforeWaiting: () => Promise<void>): Promise<void> {
    await this.start();
    const wanted = [...new Set(projectIds)];
    const patience = wanted.some((id) => !this.unknown.has(id)) ? this.options.patienceMs : 0;
    const deadline = Date.now() + patience;
    for (;;) {
      await Promise.all(this.tables.map((table) => table.catchUp()));
      const missing = wanted.filter((id) => !this.directory.project(id));
      for (const id of wanted) if (!missing.includes(id)) this.unknown.delete(id);
      if (missing.every((id) => this.unknown.has(id))) return;
      if (Date.now() >= deadline) return missing.forEach((id) => this.unknown.add(id));
      await beforeWaiting();
      await pause(POLL_MS);
    }
  }

  policiesOf(projectId: number): ApprovalPolicy[] {
    return this.policies.of(this.directory, projectId);
  }

  /** Where the events of the project belong. */
  siteOf(projectId: number): Site {
    return siteOf(this.directory, projectId);
  }

  private start(): Promise<void> {
    this.started ??= this.open();
    return this.started;
  }

  private async open(): Promise<void> {
    const open = await OpenTopics.open(this.client, this.registry, [
      topics.directoryEntries,
      topics.policyStates,
    ]);
    const table = <T>(topic: Topic<T>, apply: (key: string, value: T | null) => void) =>
      new GlobalTable(this.client, topic, open.get(topic).codec, apply) as GlobalTable<unknown>;
    this.tables = [
      table(topics.directoryEntries, (key, entry) => {
        if (!this.directory.apply(key, entry))
          this.log.warn({ key }, 'left out a directory entry whose key and content do not fit');
      }),
      table(topics.policyStates, (key, state) => this.policies.apply(key, state)),
    ];
    await Promise.all(this.tables.map((each) => each.start()));
  }
}
