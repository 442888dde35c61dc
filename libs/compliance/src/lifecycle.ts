/** What a violation may be in; detected is also what a reopened one is in. */
export const violationStatuses = ['detected', 'in_review', 'resolved', 'dismissed'] as const;
export type ViolationStatus = (typeof violationStatuses)[number];

const allowed: Readonly<Record<ViolationStatus, readonly ViolationStatus[]>> = {
  detected: ['in_review', 'resolved', 'dismissed'],
  in_review: ['detected', 'resolved', 'dismissed'],
  resolved: ['detected'],
  dismissed: ['detected'],
};

export const isViolationStatus = (text: string): text is ViolationStatus => Object.hasOwn(allowed, text);

/** Whether it still counts against its project. */
export const isOpen = (status: ViolationStatus): boolean => status === 'detected' || status === 'in_review';

/** Why a violation may not go from one status to the other, in a sentence; undefined where it may. */
export function transitionFault(
  from: ViolationStatus,
  to: ViolationStatus,
  reason: string | null,
): string | undefined {
  if (!allowed[from].includes(to))
    return `A violation that is ${from} can become ${allowed[from].join(' or ')}, not ${to}.`;
  if (to === 'dismissed' && !reason?.trim()) return 'A violation is dismissed for a reason; give one.';
  return undefined;
}
