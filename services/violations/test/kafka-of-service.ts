import { topics } from '@auditmesh/events';

/** All that the service reads and writes. */
export const usedTopics = [
  topics.auditEvents,
  topics.auditCandidates,
  topics.complianceCommands,
  topics.complianceViolations,
  topics.directoryChanges,
  topics.violationsStates,
];

/** The consumer groups of the service, each of which has dead letters. */
export const groups = ['violations.controls'];
