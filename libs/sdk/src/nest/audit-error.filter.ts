import { AuditError, type AuditErrorCode } from '@auditmesh/sdk';
import { Catch, ServiceUnavailableException, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

const passing: AuditErrorCode[] = [
  'AUDIT_UNAVAILABLE',
  'SPOOL_FULL',
  'SPOOL_BROKEN',
  'OUTBOX_FAILED',
  'CLOSED',
];

/** Answers 503 with the code where an access was refused because it could not be recorded. */
@Catch(AuditError)
export class AuditErrorFilter extends BaseExceptionFilter<AuditError> {
  override catch(error: AuditError, host: ArgumentsHost): void {
    if (!passing.includes(error.code)) return super.catch(error, host);
    // Its message names brokers and files, which are nobody's business outside.
    const message = 'The access is refused, since it cannot be recorded; try again later.';
    super.catch(
      new ServiceUnavailableException({ statusCode: 503, code: error.code, message }) as never,
      host,
    );
  }
}
