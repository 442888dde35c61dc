import type { OpenAPIObject } from '@nestjs/swagger';

const problem = (description: string) => ({ description, content: { 'application/problem+json': {} } });
const count = (description: string) => ({ type: 'integer', description });

/** The intake of audit devices as OpenAPI has it; it is no controller, so nothing says so by itself. */
export const deviceIntakePaths: OpenAPIObject['paths'] = {
  '/api/v1/intake/openbao/{device}': {
    post: {
      operationId: 'deviceIntake_take',
      summary: 'Take lines of an audit device of OpenBao',
      tags: ['Audit devices'],
      security: [{ bearer: [] }],
      parameters: [
        {
          name: 'device',
          in: 'path',
          required: true,
          description: 'A name of DEVICE_TOKENS',
          schema: { type: 'string' },
        },
        {
          name: 'X-Auditmesh-Token',
          in: 'header',
          required: false,
          description: 'The bare token, in place of Authorization',
          schema: { type: 'string' },
        },
      ],
      requestBody: {
        required: true,
        description: 'One JSON entry per line; the type of content may be anything',
        content: { '*/*': { schema: { type: 'string' } } },
      },
      responses: {
        202: {
          description: 'Each line is in Kafka, concerns no secret, or is a dead letter without its content',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['taken', 'skipped', 'rejected'],
                properties: {
                  taken: count('Lines that are in Kafka'),
                  skipped: count('Lines that concern no use of a secret'),
                  rejected: count('Lines that could not be read'),
                },
              },
            },
          },
        },
        401: problem('The token is not that of the device'),
        404: problem('The device is not in DEVICE_TOKENS'),
        413: problem('Too many lines at a time'),
        503: problem('Kafka does not take the lines at the moment'),
      },
    },
  },
};
