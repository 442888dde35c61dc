import { counter } from '@auditmesh/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { INTAKE_PATH } from './secret-intake.controller.js';

const refused = counter(
  'auditmesh_secret_intake_refused_total',
  'Calls of the intake of accesses that were refused, by status; 5xx is for us to look at.',
  ['status'],
);

/** Counts what the intake refuses, also before it reaches the controller. */
export function countRefused(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', async (request, reply) => {
      if (request.url.startsWith(`/${INTAKE_PATH}`) && reply.statusCode >= 400)
        refused.inc({ status: reply.statusCode });
    });
}
