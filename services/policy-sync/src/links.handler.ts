import { topics, type AuditEvent, type DirectoryChanged } from '@auditmesh/events';
import { BatchHandler, type Batch, type ConsumedRecord, type Transaction } from '@auditmesh/kafka';
import { readDirectoryKey } from '@auditmesh/policies';
import { Controller, Inject } from '@nestjs/common';
import { DirectoryTable, linkTarget } from './directory-table.js';
import { candidateOfEvent } from './domain/candidates.js';
import { eventOfLink, type LinkChange } from './domain/policy-links.js';
import type { ProjectStates } from './domain/project-states.js';
import { GROUP, sendCandidate } from './policy-sync.handler.js';
import { heldBack, ROLLOUT, type Rollout } from './rollout.js';

/** Tells of policy projects that were linked to groups and projects, unlinked or replaced. */
@Controller()
export class LinksHandler {
  constructor(
    private readonly directories: DirectoryTable,
    @Inject(ROLLOUT) private readonly rollout: Rollout,
  ) {}

  /** What else changed in the directory, and what breaks its contract, concerns its projection and not this. */
  @BatchHandler(GROUP, topics.directoryChanges)
  async handle(batch: Batch<DirectoryChanged>, tx: Transaction<ProjectStates>): Promise<void> {
    const found: { log: string; event: AuditEvent }[] = [];
    for (const record of batch.records) {
      const link = linkChange(record);
      if (!link) continue;
      const emitted = await this.directories.knowing(
        linkTarget(link.target),
        () => tx.checkpoint(),
        (directory) => eventOfLink(link, directory),
      );
      if (emitted) found.push(emitted);
    }
    for (const { log, event } of found) {
      const { on, variant } = this.rollout(event.scope.root_namespace_id);
      if (on) sendCandidate(tx, candidateOfEvent(event, log, variant));
      else heldBack.inc({ kind: 'link' });
    }
  }
}

function linkChange({ value: change, headers }: ConsumedRecord<DirectoryChanged>): LinkChange | undefined {
  const named = readDirectoryKey(change.key);
  const { ce_source: source, ce_id: id, traceparent } = headers;
  if (named?.family !== 'policy_link' || !source || !id) return undefined;
  const { target, policyProjectId } = named;
  const traceId = traceparent?.split('-')[1] ?? null;
  return { change, target, policyProjectId, source, id, topic: topics.directoryChanges.name, traceId };
}
