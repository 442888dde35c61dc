import { counter, Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { ApiConfig } from '../config.js';
import { CallbackNonces } from '../store/callback-nonces.js';
import { ExternalControlSecrets } from '../store/external-control-secrets.js';
import { isId, refusalOf, type Callback, type Refusal } from './callback.js';
import { RefusedCallbacks } from './refused-callbacks.js';

export const refusedCallbacks = counter(
  'auditmesh_external_control_callbacks_refused_total',
  'Callbacks of external controls that were refused, by reason.',
  ['reason'],
);

/** Lets through what an external control has signed, once. */
@Injectable()
export class CallbackCheck {
  constructor(
    private readonly config: ApiConfig,
    private readonly secrets: ExternalControlSecrets,
    private readonly nonces: CallbackNonces,
    private readonly trail: RefusedCallbacks,
  ) {}

  /** Resolves if the callback is of its control, and nobody can send it again. @throws Problem 401, which says nothing of why */
  async refuse(callback: Callback, ip: string): Promise<void> {
    const reason = await this.refusal(callback);
    if (!reason) return;
    refusedCallbacks.inc({ reason });
    await this.trail.record(callback, reason, ip);
    throw new Problem(
      401,
      'The callback is not signed as it must be, is too old, or came before. Sign each with the secret of the control, a new nonce and the time of now.',
    );
  }

  private async refusal(callback: Callback): Promise<Refusal | undefined> {
    const { controlId, projectId } = callback;
    const isPossible = isId(controlId) && isId(projectId);
    const secrets = isPossible ? await this.secrets.inForce(Number(controlId)) : [];
    const windowS = this.config.EXTERNAL_CONTROLS_CALLBACK_WINDOW_S;
    const reason = refusalOf(callback, secrets, Date.now(), windowS);
    if (reason) return reason;
    const isNew = await this.nonces.use(Number(controlId), String(callback.nonce));
    return isNew ? undefined : 'nonce';
  }
}
