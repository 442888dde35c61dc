export { AuditError } from './errors.js';
