export { ControlSets } from './control-sets.js';
export { DirectoryOverTime } from './directory-over-time.js';
export type { ControlsOfTenant, FrameworkRules, Standing } from './directory-over-time.js';
export { isOpen, isViolationStatus, transitionFault, violationStatuses } from './lifecycle.js';
export type { ViolationStatus } from './lifecycle.js';
export { projectFacts } from './project-facts.js';
export { externalControl, externalControlId, requiredBy } from './required-controls.js';
export type { Required, RequirementRef } from './required-controls.js';
export { VIOLATIONS_SOURCE, violationId } from './violation-id.js';
export { requiredOverTime } from './required-over-time.js';
export { complianceStatuses, complianceTimelines, controlTimeline } from './status.js';
export type {
  ComplianceFacts,
  ComplianceStatus,
  ComplianceTimelines,
  ControlFacts,
  StateOfControl,
  RequirementOfProject,
  ViolationFacts,
} from './status.js';
export { LATEST, runAt } from './timeline.js';
export type { Run, Timeline } from './timeline.js';
