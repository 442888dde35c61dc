import { topics } from '@auditmesh/events';
import type { Corner } from '../../stack/corner.ts';

/** Records on the topic of accesses so far, heartbeats included. */
export async function recordsOf({ client }: Corner): Promise<number> {
  const admin = client.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(client.topicName(topics.secretAccesses));
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}
