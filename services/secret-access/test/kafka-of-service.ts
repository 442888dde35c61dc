import { topics } from '@auditmesh/events';

/** A folder without rules: what the trail holds is then of the test alone. */
export const NO_RULES = import.meta.dirname;

/** All that the service reads and writes. */
export const usedTopics = [
  topics.secretAccesses,
  topics.secretDeviceEntries,
  topics.secretsStates,
  topics.auditEvents,
  topics.directoryEntries,
  topics.alertsInputs,
  topics.alertsStates,
];

/** The consumer groups of the service, each of which has dead letters. */
export const groups = ['secret-access', 'secret-access.alerts'];
