import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsIP, IsOptional, registerDecorator } from 'class-validator';
import { List, Moment, momentOf, PageQuery, Text } from '../audit-events/search-audit-events.query.js';
import { sightOf, type EventFilter, type Term } from '../domain/event-filter.js';
import type { Principal } from '../domain/principal.js';
import { accessTypes, typesOfAccess, type AccessType } from '../domain/secret-events.js';

const DAY_US = 86_400_000_000;

/** Which uses of secrets; every parameter narrows. */
class AuditLogsFilterQuery {
  @Text('The secret, as its store calls it', 'kv/payments/db-password')
  secret_id?: string;

  @Moment('Not before this time')
  from?: string;

  @Moment('Before this time')
  to?: string;

  @DateRange()
  date_range?: string;

  @Text('Id, e-mail address or name of who used it', '903')
  user_identity?: string;

  @ApiPropertyOptional({ enum: accessTypes, isArray: true })
  @IsOptional()
  @List()
  @IsIn(accessTypes, { each: true })
  access_type?: AccessType[];

  @ApiPropertyOptional({ enum: ['success', 'failure', 'denied'] })
  @IsOptional()
  @IsIn(['success', 'failure', 'denied'])
  outcome?: string;

  @ApiPropertyOptional({ description: 'Address that it was used from', example: '10.4.0.12' })
  @IsOptional()
  @IsIP()
  ip?: string;
}

export class AuditLogsQuery extends IntersectionType(AuditLogsFilterQuery, PageQuery) {}

/** The filter of checked parameters. */
export function auditLogsFilter(query: AuditLogsFilterQuery, principal: Principal): EventFilter {
  const { secret_id, from, to, date_range, user_identity, access_type = accessTypes, outcome, ip } = query;
  const terms: Term[] = [
    { by: 'category', among: ['secret_access'] },
    { by: 'type', exact: access_type.flatMap((access) => typesOfAccess[access]), begins: [] },
  ];
  if (secret_id) terms.push({ by: 'target_id', is: secret_id });
  if (user_identity) terms.push({ by: 'actor', is: user_identity });
  if (outcome) terms.push({ by: 'outcome', is: outcome });
  if (ip) terms.push({ by: 'ip', is: ip });
  const range = date_range === undefined ? {} : rangeOf(date_range)!;
  for (const at of [from && momentOf(from), range.from])
    if (at !== undefined && at !== '') terms.push({ by: 'from', at });
  for (const at of [to && momentOf(to), range.to])
    if (at !== undefined && at !== '') terms.push({ by: 'to', at });
  return { terms, words: null, sight: sightOf(principal) };
}

/** Both ends in µs, the later one outside; a day ends with its last moment. Undefined if the text is no range. */
export function rangeOf(text: string): { from?: number; to?: number } | undefined {
  const parts = text.split('..');
  const [from, to] = parts;
  if (parts.length !== 2 || (!from && !to)) return undefined;
  const start = from ? momentOf(from) : undefined;
  const end = to ? momentOf(to) : undefined;
  if ((from && start === undefined) || (to && end === undefined)) return undefined;
  return {
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: to!.length === 10 ? end + DAY_US : end }),
  };
}

function DateRange(): PropertyDecorator {
  return (target, name) => {
    ApiPropertyOptional({
      description:
        'Days or times with two dots between them, the last day included; either side may be left out',
      example: '2026-11-01..2026-11-20',
    })(target, name);
    IsOptional()(target, name);
    registerDecorator({
      target: target.constructor,
      propertyName: name as string,
      options: { message: 'date_range must be such as 2026-11-01..2026-11-20' },
      validator: { validate: (value: unknown) => typeof value === 'string' && rangeOf(value) !== undefined },
    });
  };
}
