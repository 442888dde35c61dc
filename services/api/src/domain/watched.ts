import type { AuditEvent } from '@auditmesh/events';

/** Something that nobody is shown, or refused, without a trace in the trail. */
interface Watched {
  /** Type of the event for whoever is shown it, ... */
  shown: string;
  /** ... and for whoever is refused. */
  refused: string;
  target: AuditEvent['target'];
  /** As a message has it. */
  words: string;
}

const compliance = (id: string, name: string, words: string): Watched => ({
  shown: 'compliance_audit_read',
  refused: 'compliance_audit_denied',
  target: { type: 'compliance_record', id, name },
  words,
});

/** All that is watched, by the name that routes have for it. */
export const watched = {
  secrets: {
    shown: 'secret_audit_read',
    refused: 'secret_audit_denied',
    target: { type: 'audit_log', id: 'secret-access', name: 'Use of secrets' },
    words: 'the use of secrets',
  },
  violations: compliance('violations', 'Violations', 'violations'),
  violationExport: compliance('violation-export', 'Export of violations', 'an export of violations'),
  violationStatistics: compliance(
    'violation-statistics',
    'Statistics of violations',
    'statistics of violations',
  ),
  projectCompliance: compliance('project-compliance', 'Compliance of a project', 'how a project stands'),
  complianceHistory: compliance(
    'compliance-history',
    'Compliance history of a project',
    'how a project stood',
  ),
  evidence: compliance('evidence', 'Evidence pack', 'an evidence pack'),
} as const satisfies Record<string, Watched>;

export type WatchedName = keyof typeof watched;
