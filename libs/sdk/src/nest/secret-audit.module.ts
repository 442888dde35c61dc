import {
  SecretAuditor,
  type AccessActor,
  type AuditedStore,
  type AuditorOptions,
  type WrapOptions,
} from '@auditmesh/sdk';
import {
  Inject,
  Module,
  type DynamicModule,
  type ExecutionContext,
  type FactoryProvider,
  type InjectionToken,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuditErrorFilter } from './audit-error.filter.js';
import { AUDIT_ACTOR, SecretAuditInterceptor } from './secret-audit.interceptor.js';

export interface SecretAuditModuleOptions extends AuditorOptions {
  /** Who makes a request to a handler marked by `AuditSecret`. */
  actor?: (context: ExecutionContext) => AccessActor;
}

/** Gives `SecretAuditor` and `SecretAuditInterceptor` to the whole application, and closes the auditor with it. */
@Module({})
export class SecretAuditModule implements OnApplicationShutdown {
  constructor(@Inject(SecretAuditor) private readonly auditor: SecretAuditor) {}

  /** @see SecretAuditor.open, which is called when the application is created */
  static open({ actor, ...options }: SecretAuditModuleOptions): DynamicModule {
    return {
      module: SecretAuditModule,
      global: true,
      providers: [
        { provide: SecretAuditor, useFactory: () => SecretAuditor.open(options) },
        { provide: AUDIT_ACTOR, useValue: actor ?? null },
        { provide: APP_FILTER, useClass: AuditErrorFilter },
        SecretAuditInterceptor,
      ],
      exports: [SecretAuditor, SecretAuditInterceptor, AUDIT_ACTOR],
    };
  }

  /** After the server has closed: what it still served is recorded. */
  async onApplicationShutdown(): Promise<void> {
    await this.auditor.close();
  }
}

/** Provides the store as `token`, every use of it recorded. @see SecretAuditor.wrap */
export const auditedStore = <S extends object>(
  token: InjectionToken,
  store: S,
  options: WrapOptions<S>,
): FactoryProvider<AuditedStore<S>> => ({
  provide: token,
  useFactory: (auditor: SecretAuditor) => auditor.wrap(store, options),
  inject: [SecretAuditor],
});
