import { eventId, type DirectoryChanged } from '@auditmesh/events';
import type { ExpectedEvent } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';

/** An event for every policy link that came. */
export const eventsOfLinks = (changes: TopicRecord<DirectoryChanged>[]): ExpectedEvent[] =>
  changes.flatMap(({ value: change, headers }) =>
    change?.key.startsWith('policy-link/')
      ? [
          {
            id: eventId(change.occurred_at, headers['ce_source']!, headers['ce_id']!),
            where: change.key,
            fault: ({ policy_project }) =>
              policy_project?.change === 'linked' &&
              change.key.endsWith(`/${policy_project.container_id}/${policy_project.after?.id}`)
                ? undefined
                : `It says that ${policy_project?.after?.id} is ${policy_project?.change}.`,
          } satisfies ExpectedEvent,
        ]
      : [],
  );
