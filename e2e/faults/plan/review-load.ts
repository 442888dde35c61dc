import { eventId, topics, type ComplianceChange, type ComplianceCommand } from '@auditmesh/events';
import { ann } from './event-shape.ts';
import type { PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const COMMAND_SOURCE = 'faults/commands';

type Asked = Partial<Pick<ComplianceCommand, 'transition' | 'comment' | 'link'>>;

/** Something asked about a violation, `{}` standing for its id. */
export interface Ask {
  asked: Asked;
  /** Written again under the same id, at once. */
  again: boolean;
  /** Said to be about another project. */
  astray: boolean;
}

const to = (status: string, reason: string | null = null): Asked => ({
  transition: { violation_id: '{}', to: status, reason },
});
const comment = (text: string): Asked => ({ comment: { violation_id: '{}', text } });

/** What people do about a violation, also what they may not. */
const courses: readonly (readonly Asked[])[] = [
  [to('in_review'), to('resolved')],
  [to('resolved', 'Done'), to('resolved'), to('detected')],
  [to('dismissed'), to('dismissed', 'No matter'), to('in_review'), to('detected', 'It does matter')],
  [comment('Who?'), to('in_review'), comment(' '), comment('I do'), to('resolved')],
  [link('https://tickets.example/1', false), link('https://tickets.example/1', true), to('closed')],
  [to('in_review'), to('detected'), to('in_review'), to('dismissed', 'Twice')],
];

/** For each violation that somebody looks at, what is asked about it, one after the other. */
export function reviews(random: SeededRandom, size: Size): Ask[][] {
  return Array.from({ length: size.reviews }, () =>
    random.pick(courses).map((asked) => ({
      asked,
      again: random.chance(0.15),
      astray: random.chance(0.05),
    })),
  );
}

/**
 * The commands by which a review is made.
 *
 * @param violation a detection
 * @param now µs since the epoch
 */
export function commandsOf(review: Ask[], { key, value }: Detected, now: number): PlannedRecord[] {
  const { tenant, project_id } = value;
  const { violation_id } = value.detection!;
  return review.flatMap(({ asked, again, astray }, n) => {
    const id = `command-${violation_id}-${n}`;
    const command: ComplianceCommand = {
      ...{ id: eventId(now, COMMAND_SOURCE, id), tenant, project_id: astray ? project_id + 1 : project_id },
      ...{ occurred_at: now, actor: ann },
      ...{ transition: null, comment: null, link: null, verdict: null, evaluation: null },
      ...(JSON.parse(JSON.stringify(asked).replace('{}', violation_id)) as Asked),
    };
    const headers = { ce_specversion: '1.0', ce_id: command.id, ce_source: COMMAND_SOURCE };
    const record = { id, topic: topics.complianceCommands, key, value: command, headers };
    return again ? [record, { ...record, id: `${id}-again` }] : [record];
  });
}

/** A record of `compliance.violations.v1` that tells of a new violation. */
export interface Detected {
  key: string;
  value: ComplianceChange;
}

function link(url: string, removed: boolean): Asked {
  return { link: { violation_id: '{}', url, title: null, removed } };
}
