import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import type { ExternalControl, RequiredExternalControl } from '../domain/external-control.js';
import { eventOfNewSecret } from '../domain/external-control-secret.js';
import { withoutQuery } from '../domain/external-control-ping.js';
import { may, type Principal } from '../domain/principal.js';
import type { Looker } from '../domain/trail-read.js';
import { rfc3339 } from '../audit-events/audit-event.json.js';
import { ExternalControlRequests, type LastRequest } from '../store/external-control-requests.js';
import { ExternalControlSecrets } from '../store/external-control-secrets.js';
import { OwnEvents } from '../store/own-events.js';
import { RequiredExternalControls } from '../store/required-external-controls.js';
import type { ExternalControlJson } from './external-control.json.js';

/** What people may do with external controls, each where they have the permission. */
@Injectable()
export class ManageExternalControls {
  constructor(
    private readonly controls: RequiredExternalControls,
    private readonly secrets: ExternalControlSecrets,
    private readonly requests: ExternalControlRequests,
    private readonly events: OwnEvents,
  ) {}

  /** Resolves when the secret is in force, and it is durable who gave it. @throws Problem 404 */
  async putSecret(
    controlId: number,
    secret: string,
    keepS: number,
    { principal, ip, userAgent }: Looker,
  ): Promise<void> {
    if (!this.secrets.isOn)
      throw new Problem(
        404,
        'External controls are off. Set SECRETS_KEY to base64 of 32 random bytes and start the api again.',
      );
    const control = await this.controls.control(controlId);
    if (!control || !may(principal, 'compliance:write', placeOfOwner(control)))
      throw new Problem(404, `No framework that you may change has an external control ${controlId}.`);
    const version = await this.secrets.put(controlId, secret, keepS, principal.id);
    const actor = { id: principal.id, name: principal.name, ip, userAgent };
    const { cause, build } = eventOfNewSecret(control, { version, keepS, actor, at: Date.now() * 1_000 });
    await this.events.record(cause, build);
  }

  /** By id. @throws Problem 404 for a project that the caller may not see */
  async list(projectId: number, principal: Principal): Promise<ExternalControlJson[]> {
    const place = await this.controls.placeOf(projectId);
    if (!place || !may(principal, 'compliance:read', place))
      throw new Problem(404, `There is no project ${projectId} whose compliance you may see.`);
    const required = await this.controls.ofProject(projectId);
    const latest = await this.requests.latest(projectId);
    return Promise.all(required.map((control) => this.json(control, latest.get(control.id))));
  }

  /** @returns id of the question @throws Problem 404, 409 */
  async ping(projectId: number, controlId: number, principal: Principal): Promise<string> {
    const required = await this.controls.find(projectId, controlId);
    if (!required || !may(principal, 'compliance:write', placeOf(required)))
      throw new Problem(
        404,
        `No framework requires the external control ${controlId} of a project ${projectId} that you may ask about.`,
      );
    if (!required.pingEnabled)
      throw new Problem(
        409,
        `The external control ${controlId} answers by itself: its ping_enabled is false.`,
      );
    if (!(await this.secrets.inForce(controlId)).length)
      throw new Problem(
        409,
        `The external control ${controlId} has no secret. Give it one with PUT /api/v1/external-controls/${controlId}/secret.`,
      );
    return this.requests.open(projectId, controlId, principal.id);
  }

  private async json(
    { id, name, url, pingEnabled, timeoutS, framework, requirement }: RequiredExternalControl,
    latest: LastRequest | undefined,
  ): Promise<ExternalControlJson> {
    return {
      id,
      name,
      url: withoutQuery(url),
      ping_enabled: pingEnabled,
      timeout_s: timeoutS,
      has_secret: (await this.secrets.inForce(id)).length > 0,
      framework,
      requirement,
      last_request: latest ? { ...latest, created_at: rfc3339(latest.created_at) } : null,
    };
  }
}

const placeOf = ({ tenant, project }: RequiredExternalControl) => ({
  root_namespace_id: tenant,
  path: project.path,
});

const placeOfOwner = ({ tenant, tenantPath }: ExternalControl) => ({
  root_namespace_id: tenant,
  path: tenantPath,
});
