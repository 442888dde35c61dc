import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The OpenAPI document of the application. */
export function openApi(app: INestApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setTitle('Auditmesh')
    .setDescription(
      'One consolidated, provable, searchable audit trail. Errors are application/problem+json (RFC 9457).',
    )
    .setVersion('1')
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, head);
}

/** Serves the document for people at /api/docs and for tools at /api/docs-json. */
export const serveDocuments = (app: INestApplication): void =>
  SwaggerModule.setup('api/docs', app, () => openApi(app));
