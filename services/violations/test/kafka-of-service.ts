import { topics } from '@auditmesh/events';

/** All that the groups of the service read and write. */
export const usedTopics = [
  topics.mergeRequestsChanges,
  topics.policyStates,
  topics.directoryEntries,
  topics.approvalsStates,
  topics.auditEvents,
  topics.auditCandidates,
  topics.complianceCommands,
  topics.complianceViolations,
  topics.directoryChanges,
  topics.violationsStates,
];

/** The consumer groups of the service, each of which has dead letters. */
export const groups = ['violations.approvals', 'violations.controls', 'violations.frameworks'];
