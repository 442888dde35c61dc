import { hash } from 'node:crypto';
import { eventId, topics, type ComplianceCommand } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer, type Written } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { actorOf } from '../access/actor.js';
import type { Looker } from '../domain/trail-read.js';
import { IdempotencyKeys } from '../store/idempotency-keys.js';
import { ViolationChanges } from '../store/violation-changes.js';
import type { ViolationJson } from './violation.json.js';

const SOURCE = 'auditmesh/api';

/** What is asked about a violation; one of the families is set. */
export type Asked = Partial<Pick<ComplianceCommand, 'transition' | 'comment' | 'link'>>;

export interface AskedOnce {
  id: string;
  /** Where the command was written. */
  written: Written;
  /** Whether the key was used before. */
  repeated: boolean;
}

/** Writes commands to the violations engine, each key of a caller once. */
@Injectable()
export class AskEngine {
  constructor(
    private readonly keys: IdempotencyKeys,
    private readonly changes: ViolationChanges,
    private readonly producer: RecordProducer,
  ) {}

  /**
   * Resolves when the command is in Kafka; a key that was used before writes nothing and gives the answer of then.
   *
   * @param check throws if the command makes no sense; it is not asked when the command was written before
   * @throws Problem 422 if the key was used for something else
   */
  async ask(
    violation: ViolationJson,
    asked: Asked,
    looker: Looker,
    key: string,
    check: () => void,
  ): Promise<AskedOnce> {
    const caller = looker.principal.id;
    const now = Date.now() * 1000;
    const mine = {
      bodySha256: hash('sha256', JSON.stringify(asked), 'hex'),
      eventId: eventId(now, SOURCE, caller, key),
      occurredAt: now,
      written: null,
    };
    const { answer, repeated } = await this.keys.claim(caller, key, mine);
    if (answer.bodySha256 !== mine.bodySha256)
      throw new Problem(422, 'The Idempotency-Key was used for something else. Use a new key.');
    const { eventId: id, occurredAt } = answer;
    if (answer.written) return { id, written: answer.written, repeated };
    check();
    const written = await this.write(violation.id, {
      id,
      tenant: violation.project.root_namespace_id,
      project_id: violation.project.id,
      occurred_at: occurredAt,
      actor: actorOf(looker),
      ...{ transition: null, comment: null, link: null, verdict: null, evaluation: null, ...asked },
    });
    await this.keys.written(caller, key, written);
    return { id, written, repeated };
  }

  /** The log is that of the violation, where its project may not be any more. */
  private async write(violationId: string, value: ComplianceCommand): Promise<Written> {
    const [written] = await this.producer.send(topics.complianceCommands, [
      {
        key: await this.changes.logOf(violationId),
        value,
        headers: cloudEventHeaders({
          id: value.id,
          type: 'auditmesh.compliance.ComplianceCommand',
          source: SOURCE,
          time: value.occurred_at,
          subject: violationId,
        }),
      },
    ]);
    return written!;
  }
}
