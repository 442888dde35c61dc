import { topics } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { commandOfVerdict } from '../domain/external-control-callback.js';
import { keyOf } from '../domain/external-control-ping.js';
import { RequiredExternalControls } from '../store/required-external-controls.js';
import type { Callback } from './callback.js';
import { CallbackCheck } from './callback-check.js';
import { CallbackLimits } from './callback-limits.js';

/** Takes verdicts of external controls. */
@Injectable()
export class TakeVerdict {
  constructor(
    private readonly limits: CallbackLimits,
    private readonly check: CallbackCheck,
    private readonly controls: RequiredExternalControls,
    private readonly producer: RecordProducer,
  ) {}

  /**
   * Resolves when the verdict is in Kafka.
   *
   * @param ip where it came from
   * @throws Problem 429 after too many, 401 for what is not of the control, without why; then 400 for no verdict, 404 if the control is not
   *   required of the project
   */
  async take(callback: Callback, ip: string): Promise<'pass' | 'fail'> {
    await this.limits.admit(callback, ip, () => this.check.refuse(callback, ip));
    const status = callback.status.value;
    if (status !== 'pass' && status !== 'fail') throw Problem.parameter('status', 'it must be pass or fail.');
    const required = await this.controls.find(Number(callback.projectId), Number(callback.controlId));
    if (!required)
      throw new Problem(
        404,
        `No framework requires the external control ${callback.controlId} of the project ${callback.projectId}.`,
      );
    const verdict = { status, nonce: String(callback.nonce), at: Date.now() * 1_000, ip } as const;
    const value = commandOfVerdict(required, verdict);
    const headers = cloudEventHeaders({
      id: value.id,
      type: 'auditmesh.compliance.ComplianceCommand',
      source: 'auditmesh/api',
      time: value.occurred_at,
    });
    await this.producer.send(topics.complianceCommands, [{ key: keyOf(required), value, headers }]);
    return status;
  }
}
