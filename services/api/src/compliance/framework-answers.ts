import type { Framework } from '@auditmesh/events';
import type { Written } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { checkWait, UntilInEffect } from '../directory/until-in-effect.js';
import type { ChangedFramework } from './change-frameworks.js';
import { frameworkJson, type FrameworkJson } from './framework.json.js';

/** Answers of calls that change something, as early or as late as the caller wants. */
@Injectable()
export class FrameworkAnswers {
  constructor(private readonly effect: UntilInEffect) {}

  /** Makes the change and answers with the framework as it is then. */
  async when(
    wait: string | undefined,
    reply: FastifyReply,
    change: () => Promise<ChangedFramework<Framework | null>>,
  ): Promise<FrameworkJson> {
    const { framework } = await this.done(wait, change);
    const json = frameworkJson(framework!);
    void reply.header('location', `/api/v1/frameworks/${json.id}`).header('etag', `"${json.version}"`);
    return json;
  }

  /** Makes a change of any kind. */
  async done<T extends { written: Written[] }>(
    wait: string | undefined,
    change: () => Promise<T>,
  ): Promise<T> {
    checkWait(wait);
    const changed = await change();
    await this.effect.wait(changed.written, wait);
    return changed;
  }
}
