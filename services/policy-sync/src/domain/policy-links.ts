import { eventId, logKey, noDetails, type AuditEvent, type DirectoryChanged } from '@auditmesh/events';
import type { Directory, LinkTarget } from '@auditmesh/policies';

/** A change of a policy link, with what its key names. */
export interface LinkChange {
  change: DirectoryChanged;
  target: LinkTarget;
  policyProjectId: number;
  /** ce_source and ce_id. */
  source: string;
  id: string;
  topic: string;
  traceId: string | null;
}

/**
 * The event of a policy project that was linked to a group or a project, unlinked from it, or replaced by another;
 * undefined for a link whose end the event of its successor tells.
 */
export function eventOfLink(
  link: LinkChange,
  directory: Directory,
): { log: string; event: AuditEvent } | undefined {
  const { change, target, policyProjectId, source, id, topic, traceId } = link;
  if (!change.entry && change.replaced_by !== null) return undefined;
  const named = (project: number) => ({ id: project, path: directory.project(project)?.path ?? null });
  const after = change.entry ? named(policyProjectId) : null;
  const before = change.entry
    ? change.replaces === null
      ? null
      : named(change.replaces)
    : named(policyProjectId);
  const group = target.kind === 'namespace';
  const path = (group ? directory.namespace(target.id) : directory.project(target.id))?.path ?? null;
  const tenant = change.tenant === '0' ? null : change.tenant;
  const project = after ?? before!;
  const event: AuditEvent = {
    ...noDetails,
    id: eventId(change.occurred_at, source, id),
    type: 'policy_project_updated',
    category: 'policy_change',
    occurred_at: change.occurred_at,
    actor: change.actor,
    scope: { type: group ? 'group' : 'project', id: String(target.id), path, root_namespace_id: tenant },
    target: { type: 'project', id: String(project.id), name: project.path ?? String(project.id) },
    outcome: 'success',
    message: messageOf(before, after),
    consolidation: null,
    cause: { id, topic },
    source,
    trace_id: traceId,
    policy_project: {
      change: before && after ? 'replaced' : after ? 'linked' : 'unlinked',
      container_type: group ? 'group' : 'project',
      container_id: target.id,
      container_path: path,
      before,
      after,
    },
    contents: [],
  };
  const shards = tenant === null ? 1 : directory.logShards(Number(tenant));
  return { log: logKey(tenant, shards, group ? null : String(target.id)), event };
}

type Named = { id: number; path: string | null } | null;

function messageOf(before: Named, after: Named): string {
  const name = (project: NonNullable<Named>) => `"${project.path ?? project.id}"`;
  if (before && after)
    return `Changed the linked security policy project from ${name(before)} to ${name(after)}`;
  return after
    ? `Linked the security policy project ${name(after)}`
    : `Unlinked the security policy project ${name(before!)}`;
}
