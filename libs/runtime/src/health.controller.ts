import { Controller, Get, HttpCode, Inject, ServiceUnavailableException } from '@nestjs/common';

/** Something a service needs before it can work. */
export interface ReadinessCheck {
  name: string;
  /** Resolves to whether it is there; a rejection counts as no. */
  isReady(): boolean | Promise<boolean>;
}

export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS_CHECKS) private readonly checks: ReadinessCheck[]) {}

  /** Whether the process runs; depends on nothing, so that an outage elsewhere restarts nobody. */
  @Get('live')
  @HttpCode(200)
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready(): Promise<{ status: string }> {
    const ready = await Promise.all(
      this.checks.map(async (check) => check.isReady()).map((p) => p.catch(() => false)),
    );
    const missing = this.checks.filter((_, i) => !ready[i]).map(({ name }) => name);
    if (missing.length) throw new ServiceUnavailableException({ status: 'not ready', missing });
    return { status: 'ready' };
  }
}
