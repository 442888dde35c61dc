/** For NestJS; the core loads none of it. */
export { AuditSecret } from './nest/audit-secret.js';
export type { SecretUse } from './nest/audit-secret.js';
export { SecretAuditInterceptor } from './nest/secret-audit.interceptor.js';
export { auditedStore, SecretAuditModule } from './nest/secret-audit.module.js';
export type { SecretAuditModuleOptions } from './nest/secret-audit.module.js';
