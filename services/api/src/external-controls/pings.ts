import { counter, LOG, type Logger } from '@auditmesh/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ApiConfig } from '../config.js';
import { ExternalControlRequests, type ClaimedRequest } from '../store/external-control-requests.js';
import { PingOnce } from './ping-once.js';

const CLAIM_MS = 1_000;
/** Questions that one process asks at the same time; and of them, those to one control. */
const AT_ONCE = 16;
const AT_ONCE_OF_ONE = 4;

const failures = counter(
  'auditmesh_external_control_rounds_failures_total',
  'Times that questions to external controls could not be opened or taken up; they wait in PostgreSQL.',
);

/** Sees to it that external controls are asked when they must be. Any number of instances share the work. */
@Injectable()
export class Pings implements OnApplicationBootstrap, OnModuleDestroy {
  /** What is being asked, with the id of its control. */
  private readonly running = new Map<Promise<void>, number>();
  private timers: NodeJS.Timeout[] = [];
  private opening: Promise<void> | undefined;
  private asking: Promise<void> | undefined;
  private isEnding = false;

  constructor(
    private readonly config: ApiConfig,
    private readonly requests: ExternalControlRequests,
    private readonly once: PingOnce,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.SECRETS_KEY === undefined) return;
    this.timers = [
      setInterval(() => this.open(), this.config.EXTERNAL_CONTROLS_LOOK_MS).unref(),
      setInterval(() => this.ask(), CLAIM_MS).unref(),
    ];
    this.open();
    this.ask();
  }

  async onModuleDestroy(): Promise<void> {
    this.isEnding = true;
    this.timers.forEach((timer) => clearInterval(timer));
    await Promise.all([this.opening, this.asking]);
    await Promise.all(this.running.keys());
  }

  private open(): void {
    this.opening ??= this.tried(async () => {
      for (let more = true; more && !this.isEnding;) {
        const opened = await this.requests.openDue(this.config.EXTERNAL_CONTROLS_EVERY_S);
        if (opened.any) this.ask();
        more = opened.more;
      }
    }).finally(() => (this.opening = undefined));
  }

  private ask(): void {
    if (this.isEnding) return;
    this.asking ??= this.tried(() => this.takeUp()).finally(() => (this.asking = undefined));
  }

  /** Takes up what is waiting, as far as there is room. A control that is slow holds some of the places, never all. */
  private async takeUp(): Promise<void> {
    while (!this.isEnding) {
      const controls = [...this.running.values()];
      const full = controls.filter((id) => controls.filter((other) => other === id).length >= AT_ONCE_OF_ONE);
      const free = AT_ONCE - controls.length;
      const claimed = free ? await this.requests.claim(free, AT_ONCE_OF_ONE, full) : [];
      if (!claimed.length) return;
      for (const request of claimed) this.begin(request);
    }
  }

  private begin(request: ClaimedRequest): void {
    const work = this.tried(() => this.once.ping(request)).finally(() => {
      this.running.delete(work);
      this.ask();
    });
    this.running.set(work, request.controlId);
  }

  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      failures.inc();
      this.log.warn({ err: error }, 'external controls could not be asked, trying again');
    }
  }
}
