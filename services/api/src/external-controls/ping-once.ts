import { counter } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import type { Ping, PingAnswer, RequiredExternalControl } from '../domain/external-control.js';
import { causeOfPing, eventOfPing, nextAttempt } from '../domain/external-control-ping.js';
import { ExternalControlRequests, pingOf, type ClaimedRequest } from '../store/external-control-requests.js';
import { ExternalControlSecrets } from '../store/external-control-secrets.js';
import { OwnEvents } from '../store/own-events.js';
import { RequiredExternalControls } from '../store/required-external-controls.js';
import { AskControl } from './ask-control.js';

const pings = counter(
  'auditmesh_external_control_pings_total',
  'Attempts to ask an external control, by how they ended: answered, failed, or again later.',
  ['result'],
);

/** Tries a question once, and says what comes next of it. */
@Injectable()
export class PingOnce {
  constructor(
    private readonly controls: RequiredExternalControls,
    private readonly secrets: ExternalControlSecrets,
    private readonly asker: AskControl,
    private readonly requests: ExternalControlRequests,
    private readonly events: OwnEvents,
  ) {}

  /** Resolves when it is durable how the attempt ended. What breaks off is tried again. */
  async ping(request: ClaimedRequest): Promise<void> {
    const { id, projectId, controlId } = request;
    const required = await this.controls.find(projectId, controlId);
    const secrets = await this.secrets.inForce(controlId);
    if (!required || !secrets.length) {
      const error = required ? 'it has no secret' : 'it is not required of the project';
      return this.requests.close(id, 'dropped', { status: null, error });
    }
    const ping = pingOf(request, required.timeoutS);
    if (!request.isTold) {
      await this.asker.tell(required, ping);
      await this.requests.told(id);
    }
    const answer = await this.asker.ask(required, ping, secrets);
    await this.settle(required, ping, answer, request.attempts);
  }

  private async settle(
    required: RequiredExternalControl,
    ping: Ping,
    answer: PingAnswer,
    attempts: number,
  ): Promise<void> {
    const now = Date.now() * 1_000;
    const again = answer.isFinal ? undefined : nextAttempt(attempts, now, ping);
    if (again !== undefined) {
      pings.inc({ result: 'again' });
      return this.requests.tryAgain(ping.id, again, answer);
    }
    const outcome = answer.error === null ? 'answered' : 'failed';
    await this.events.record(causeOfPing(ping), () => eventOfPing(required, ping, answer, attempts, now));
    await this.requests.close(ping.id, outcome, answer);
    pings.inc({ result: outcome });
  }
}
