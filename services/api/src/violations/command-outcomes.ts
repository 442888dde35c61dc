import { SchemaRegistry } from '@auditmesh/avro';
import { topics } from '@auditmesh/events';
import { GroupOffsets, KafkaClient, OpenTopics, partitionOf, type Written } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { ViolationChanges } from '../store/violation-changes.js';

const ENGINE = 'violations.controls';
const ENGINE_MS = 30_000;
const PROJECTION_MS = 10_000;

/** Learns what became of commands. */
@Injectable()
export class CommandOutcomes {
  private opened: Promise<OpenTopics> | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly registry: SchemaRegistry,
    private readonly groups: GroupOffsets,
    private readonly changes: ViolationChanges,
  ) {}

  /**
   * Resolves to whether the engine has done what the command asks, as soon as that can be seen. What the engine does and
   * that it has read the command become visible at once; so if all that it had told by then is projected and the change
   * is not, it has refused.
   *
   * @throws Problem 504
   */
  async isDone(violationId: string, commandId: string, written: Written): Promise<boolean> {
    if (!(await this.groups.handled(ENGINE, [written], ENGINE_MS)))
      throw new Problem(504, 'The command is accepted, but the engine has not come to it yet.');
    const end = await this.endOf(await this.changes.logOf(violationId));
    const done = await this.changes.includes(violationId, commandId, end, PROJECTION_MS);
    if (done === undefined)
      throw new Problem(504, 'The engine has handled the command, but its effect cannot be seen yet.');
    return done;
  }

  /** Where the partition that has the log ends. */
  private async endOf(log: string): Promise<{ partition: number; offset: number }> {
    this.opened ??= OpenTopics.open(this.client, this.registry, [topics.complianceViolations]);
    this.opened.catch(() => (this.opened = undefined));
    const topic = (await this.opened).get(topics.complianceViolations);
    const partition = partitionOf(log, topic.partitions);
    return { partition, offset: (await this.groups.ends(topic))[partition]! };
  }
}
