export { isOpen, isViolationStatus, transitionFault, violationStatuses } from './lifecycle.js';
export type { ViolationStatus } from './lifecycle.js';
