import { GroupOffsets, RecordProducer } from '@auditmesh/kafka';
import { kafkaOf, openTopics } from '../mesh/kafka-access.js';
import type { MeshAddress } from '../mesh/mesh-address.js';
import {
  actorOf,
  approvalOf,
  mergeRequestGroup,
  mergeRequestRecord,
  type Account,
  type Known,
} from '../mesh/merge-requests.js';

const ann: Account = { id: '17', username: 'ann.lee', name: 'Ann Lee', ip: '198.51.100.7' };
const ben: Account = { id: '18', username: 'ben.okafor', name: 'Ben Okafor', ip: '198.51.100.8' };
const TIMEOUT_MS = 60_000;

/** Events that the story gives: violations detected, the merge, and the violations that it was merged with. */
export const MERGE_REQUEST_EVENTS = 3;

/** A merge request that two others should have approved, and that was merged when one of them had. */
const story = [
  { hour: 10, change: 'opened', actor: ann, approvals: [] },
  { hour: 11, change: 'updated', actor: ben, approvals: [ben] },
  { hour: 14, change: 'merged', actor: ann, approvals: [ben] },
].map(({ hour, change, actor, approvals }): Known => ({
  ...{ iid: 7, project_id: 70, id: 8_001, title: 'Round amounts to cents', source_branch: 'round-amounts' },
  ...{ change, occurred_at: Date.UTC(2026, 10, 19, hour) * 1000, author: actorOf(ann) },
  actor: actorOf(actor),
  approvals: approvals.map(approvalOf),
}));

/** Tells the story; resolves when it is told, or a minute has passed. Telling it again changes nothing. */
export async function tellMergeRequest(mesh: MeshAddress): Promise<void> {
  const client = kafkaOf(mesh);
  const { group, topic } = mergeRequestGroup;
  const open = await openTopics(mesh, [topic]);
  const producer = new RecordProducer(client, open);
  const groups = new GroupOffsets(client);
  await producer.connect();
  try {
    const records = story.map((known) => mergeRequestRecord(known, 'auditmesh-demo'));
    await groups.handled(group, await producer.send(topic, records), TIMEOUT_MS);
  } finally {
    await Promise.all([producer.disconnect(), groups.disconnect()]);
  }
}
