import { topics } from '@auditmesh/events';
import { cloudEventHeaders, RecordProducer } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import { ApiConfig } from '../config.js';
import type { Ping, PingAnswer, RequiredExternalControl } from '../domain/external-control.js';
import { answerOfStatus, commandOfPing, keyOf, pingBody } from '../domain/external-control-ping.js';
import { AllowedAddresses } from './public-address.js';
import { postToPublic, type PostResult } from './public-post.js';
import { signPing } from './signatures.js';

/** Asks external controls. */
@Injectable()
export class AskControl {
  private readonly addresses: AllowedAddresses;

  constructor(
    private readonly config: ApiConfig,
    private readonly producer: RecordProducer,
  ) {
    this.addresses = new AllowedAddresses(config.PRIVATE_ADDRESSES_ALLOWED?.split(','));
  }

  /** Resolves when the engine can know that a verdict is awaited; before the control is asked, so that its verdict comes later. */
  async tell(required: RequiredExternalControl, ping: Ping): Promise<void> {
    const value = commandOfPing(required, ping);
    const headers = cloudEventHeaders({
      id: value.id,
      type: 'auditmesh.compliance.ComplianceCommand',
      source: 'auditmesh/api',
      time: value.occurred_at,
    });
    await this.producer.send(topics.complianceCommands, [{ key: keyOf(required), value, headers }]);
  }

  /** Asks once. @param secrets in force, the newest first */
  async ask(required: RequiredExternalControl, ping: Ping, secrets: string[]): Promise<PingAnswer> {
    const { id, project, url } = required;
    const body = pingBody(required, ping, this.callbackUrl(project.id, id));
    const headers = { ...signPing(secrets, ping.id, Math.floor(Date.now() / 1_000), body) };
    const timeoutMs = this.config.EXTERNAL_CONTROLS_TIMEOUT_MS;
    return answerOf(await postToPublic(url, { headers, body, timeoutMs, addresses: this.addresses }));
  }

  private callbackUrl(projectId: number, controlId: number): string {
    const base = (this.config.PUBLIC_URL ?? '').replace(/\/+$/, '');
    return `${base}/api/v1/projects/${projectId}/compliance_external_controls/${controlId}/status`;
  }
}

function answerOf(result: PostResult): PingAnswer {
  if (result.kind === 'answered') return answerOfStatus(result.status);
  if (result.kind === 'unreachable')
    return { status: null, error: `it cannot be reached (${result.code})`, isFinal: false };
  return {
    status: null,
    error: 'its address is none of the public; PRIVATE_ADDRESSES_ALLOWED can allow a private network',
    isFinal: true,
  };
}
