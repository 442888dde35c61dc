import type { Access, AccessActor, Action, SecretReference } from '@auditmesh/sdk';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

/** How a handler uses a secret. */
export interface SecretUse {
  action: Action;
  /** Which secret the request is about; it MUST NOT take the value from it. */
  secret: (context: ExecutionContext) => SecretReference;
  /** Who asks; as the module's option says if left out. */
  actor?: (context: ExecutionContext) => AccessActor;
  /** More about the access, such as the policy and the request. */
  more?: (context: ExecutionContext) => Partial<Pick<Access, 'policy' | 'requestId' | 'traceparent'>>;
}

/** Marks a handler whose calls are recorded. @see SecretAuditInterceptor */
export const AuditSecret = Reflector.createDecorator<SecretUse>();
