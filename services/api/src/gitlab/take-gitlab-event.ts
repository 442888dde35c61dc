import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import { Catalog, escapeTexts, logKey, parseMicros } from '@auditmesh/events';
import { eventOfGitLab, gitLabSource, readGitLabEvent, type GitLabEvent } from '@auditmesh/gitlab';
import { type ParameterFault, Problem } from '@auditmesh/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { NOWHERE } from '../audit-events/post-audit-event.js';
import { WriteOnce, type LoggedEvent, type WrittenOnce } from '../audit-events/write-once.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { GITLAB_INTAKE, type GitLabIntake } from './gitlab-token.guard.js';

const DAY_US = 86_400_000_000;

/** Takes what GitLab streams; what GitLab sends again gives the same event. */
@Injectable()
export class TakeGitLabEvent {
  constructor(
    @Inject(GITLAB_INTAKE) private readonly intake: GitLabIntake,
    private readonly directory: DirectoryRows,
    private readonly once: WriteOnce,
    private readonly catalog: Catalog,
  ) {}

  /**
   * Resolves when the event is in Kafka, so an answer of 2xx is a promise: GitLab does not ask again.
   *
   * @param payload JSON as it came
   * @param type `X-Gitlab-Audit-Event-Type`
   * @throws Problem 400 naming every field at fault, 413
   */
  async take(payload: unknown, type?: string): Promise<WrittenOnce> {
    const read = readGitLabEvent(escapeTexts(payload), type);
    if ('faults' in read)
      throw problem(read.faults.map(({ field, detail }) => ({ parameter: field, detail })));
    const { event: given, others } = read;
    const faults = faultsHere(given);
    if (faults.length) throw problem(faults);
    const logged = await this.eventOf(given, others);
    const { event } = logged;
    const own = {
      bodySha256: hash('sha256', JSON.stringify(given), 'hex'),
      occurredAt: event.occurred_at,
    };
    // The key is the event's id, of which GitLab's id is a part; names within a repetition may be newer.
    return this.once.write(
      gitLabSource(this.intake.instance),
      event.id,
      own,
      () => logged,
      () => true,
    );
  }

  private async eventOf(
    given: GitLabEvent,
    others: Parameters<typeof eventOfGitLab>[1],
  ): Promise<LoggedEvent> {
    const { instance } = this.intake;
    const event = eventOfGitLab(given, others, instance, NOWHERE, this.catalog);
    if (!event)
      throw problem([
        {
          parameter: 'event_type',
          detail: `${JSON.stringify(given.event_type)} is not in the catalog; load GitLab's type files with CATALOG_FOLDER`,
        },
      ]);
    const { scope } = event;
    const place = (scope.id && (await this.directory.resolve(scope.type, scope.id))) || NOWHERE;
    const log = logKey(place.tenant, place.logShards, scope.type === 'project' ? scope.id : null);
    return { log, event: eventOfGitLab(given, others, instance, place, this.catalog)! };
  }
}

/** What only the edge can check: the clock and addresses. */
function faultsHere({ created_at, ip_address }: GitLabEvent): ParameterFault[] {
  const faults: ParameterFault[] = [];
  if (parseMicros(created_at)! > Date.now() * 1000 + DAY_US)
    faults.push({ parameter: 'created_at', detail: 'it is later than tomorrow' });
  if (ip_address !== null && ip_address !== '' && !isIP(ip_address))
    faults.push({ parameter: 'ip_address', detail: 'it must be an IP address or null' });
  return faults;
}

function problem(faults: ParameterFault[]): Problem {
  const [first] = faults;
  const rest = faults.length > 1 ? ` There are ${faults.length - 1} more.` : '';
  return new Problem(400, `The field ${first!.parameter} makes no sense: ${first!.detail}.${rest}`, faults);
}
