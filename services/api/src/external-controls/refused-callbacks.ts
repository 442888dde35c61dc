import { Injectable } from '@nestjs/common';
import { causeOfRefusal, eventOfRefusal } from '../domain/external-control-callback.js';
import { OwnEvents } from '../store/own-events.js';
import { RequiredExternalControls } from '../store/required-external-controls.js';
import { isId, type Callback, type Refusal } from './callback.js';

/** Records refusals in the trail: one event per control and five minutes. */
@Injectable()
export class RefusedCallbacks {
  constructor(
    private readonly controls: RequiredExternalControls,
    private readonly events: OwnEvents,
  ) {}

  /** A control that nobody knows leaves no trace, or anybody could fill the trail. */
  async record({ controlId, projectId }: Callback, reason: Refusal, ip: string): Promise<void> {
    const control = isId(controlId) ? await this.controls.control(Number(controlId)) : undefined;
    if (!control) return;
    const at = Date.now() * 1_000;
    const told = isId(projectId) ? projectId : '?';
    await this.events.record(causeOfRefusal(control, at), () =>
      eventOfRefusal(control, { reason, projectId: told, ip, at }),
    );
  }
}
