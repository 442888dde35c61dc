import { AuditError, SecretAuditor, type Access, type AccessActor } from '@auditmesh/sdk';
import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { AuditSecret, type SecretUse } from './audit-secret.js';

/** Says who asks; needed where a handler's decorator does not. */
export const AUDIT_ACTOR = Symbol('AUDIT_ACTOR');

/**
 * Records what handlers marked by `AuditSecret` do, with their errors, before the response is sent. A handler MUST give one
 * value, not a stream. What a guard refuses is not seen here, since guards come first: let the guard record it.
 */
@Injectable()
export class SecretAuditInterceptor implements NestInterceptor {
  constructor(
    @Inject(SecretAuditor) private readonly auditor: Pick<SecretAuditor, 'audited'>,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AUDIT_ACTOR) private readonly actor: ((context: ExecutionContext) => AccessActor) | null,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const use = this.reflector.get(AuditSecret, context.getHandler());
    if (!use) return next.handle();
    const handled = () => lastValueFrom(next.handle(), { defaultValue: undefined });
    return from(this.auditor.audited(this.access(use, context), handled));
  }

  private access(use: SecretUse, context: ExecutionContext): Access {
    const actor = use.actor ?? this.actor;
    if (!actor)
      throw new AuditError(
        'INVALID_ACCESS',
        'Nobody said who asks; give `actor` to AuditSecret or to SecretAuditModule.open().',
      );
    return { action: use.action, secret: use.secret(context), actor: actor(context), ...use.more?.(context) };
  }
}
