import { topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import type { TestKafka } from '@auditmesh/testing';

/** A folder without rules: what the trail holds is then of the test alone. */
export const NO_RULES = import.meta.dirname;

/** All that the service reads and writes. */
export const createTopics = (kafka: TestKafka): Promise<OpenTopics> =>
  kafka.create(
    [
      topics.secretAccesses,
      topics.secretDeviceEntries,
      topics.secretsStates,
      topics.auditEvents,
      topics.directoryEntries,
      topics.alertsInputs,
      topics.alertsStates,
    ],
    ['secret-access', 'secret-access.alerts'],
  );
