import { setTimeout as wait } from 'node:timers/promises';
import type { Mesh } from '@auditmesh/local-stack';
import type { PlannedPost } from '../plan/load-step.ts';

const RETRY_MS = 1_000;
const TIMEOUT_MS = 10_000;

/** What the HTTP intake said of a post in the end. */
export interface PostOutcome {
  idempotencyKey: string;
  /** Id of the event by every answer that accepted it. */
  ids: string[];
  /** An answer that no repetition would change. */
  refusal?: string;
}

/** Posts events as a careful caller does: the same call again until it is accepted. */
export class IntakeCaller {
  /** From then on a post that is not accepted is not repeated. */
  giveUpAt = Infinity;
  private readonly mesh: Mesh;
  private readonly signal: AbortSignal;

  constructor(mesh: Mesh, signal: AbortSignal) {
    this.mesh = mesh;
    this.signal = signal;
  }

  /** @throws when aborted */
  async post({ idempotencyKey, body, again }: PlannedPost): Promise<PostOutcome> {
    const outcome: PostOutcome = { idempotencyKey, ids: [] };
    while (!outcome.refusal && outcome.ids.length < (again ? 2 : 1)) {
      const answer = await this.call(idempotencyKey, body);
      if (answer === undefined && Date.now() > this.giveUpAt)
        outcome.refusal = 'There was no answer that accepts it.';
      else if (answer === undefined) await wait(RETRY_MS, undefined, { signal: this.signal });
      else if (typeof answer === 'string') outcome.refusal = answer;
      else outcome.ids.push(answer.id);
    }
    return outcome;
  }

  /** The answer that accepts, a sentence about one that refuses, or undefined for one that asks to try again. */
  private async call(key: string, body: object): Promise<{ id: string } | string | undefined> {
    this.signal.throwIfAborted();
    let status: number;
    let text: string;
    try {
      const response = await fetch(`${this.mesh.url('api')}/api/v1/audit-events`, {
        method: 'POST',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${this.mesh.run.api_token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify(body),
      });
      status = response.status;
      text = await response.text();
    } catch {
      return undefined;
    }
    if (status === 202) return JSON.parse(text) as { id: string };
    return status >= 500 || status === 429 ? undefined : `${status} ${text.slice(0, 200)}`;
  }
}
