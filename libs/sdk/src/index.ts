export { SecretAuditor } from './secret-auditor.js';
export type { AuditorStatus } from './secret-auditor.js';
export type { AuditorOptions } from './auditor-options.js';
export { AuditError } from './errors.js';
export type { AuditErrorCode } from './errors.js';
export type { Access, AccessActor, Action, Ending, Guarantee, Outcome, SecretReference } from './access.js';
export type { AuditedStore, MethodRole, WrapOptions } from './wrap-store.js';
export type { SpoolFinding } from './spool/recovery.js';
export type { SpoolOptions } from './spool/spool-options.js';
