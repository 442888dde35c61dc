import type { AuditCandidate, AuditEvent } from '@auditmesh/events';
import { canonical } from './findings.ts';
import type { TopicRecord } from './topic-record.ts';
import type { ExpectedWindow } from './windows.ts';

/** The windows that the suite's own candidates make. */
export function sentWindows(candidates: TopicRecord<AuditCandidate>[]): ExpectedWindow[] {
  const sent = candidates.flatMap(({ sentAs, poison, value }) =>
    sentAs && !poison && value?.consolidation_key != null ? [value] : [],
  );
  return [...Map.groupBy(sent, (candidate) => candidate.consolidation_key!)].map(([key, parts]) => {
    const { type, source, occurred_at, expected } = parts[0]!;
    const header = parts.find(({ ordinal }) => ordinal === 0)?.event;
    const members = parts.filter(({ ordinal }) => ordinal !== 0);
    return {
      key,
      type,
      source,
      occurred_at,
      expected: expected!,
      members: new Map(members.map(({ ordinal, project_id }) => [ordinal!, String(project_id)])),
      header: header ? (event) => differenceFromHeader(event, header) : undefined,
    };
  });
}

/** The events that pass the consolidator as they are. */
export function sentLone(candidates: TopicRecord<AuditCandidate>[]): AuditEvent[] {
  return candidates.flatMap(({ sentAs, poison, value }) =>
    sentAs && !poison && value?.consolidation_key === null ? [value.event!] : [],
  );
}

/** An amendment takes everything over from the header but what says that it is one. */
function differenceFromHeader(event: AuditEvent, header: AuditEvent): string | undefined {
  const kept: (keyof AuditEvent)[] = ['actor', 'scope', 'target', 'outcome', 'attributes', 'cause', 'source'];
  if (!event.consolidation!.amends) kept.push('category', 'message');
  const different = kept.filter((field) => canonical(event[field]) !== canonical(header[field]));
  return different.length ? `${different.join(', ')} differ from the header that was sent.` : undefined;
}
