import { violationStatuses, type ViolationStatus } from '@auditmesh/compliance';
import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { List, Moment, momentOf, PageQuery, Text } from '../audit-events/search-audit-events.query.js';
import type { ViolationFilter, ViolationTerm } from '../domain/violation-filter.js';
import type { Principal } from '../domain/principal.js';

export const severities = ['low', 'medium', 'high', 'critical'] as const;

const Id =
  (description: string): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ description, type: Number })(target, name);
    IsOptional()(target, name);
    Transform(({ value }) => Number(value))(target, name);
    IsInt()(target, name);
    Min(1)(target, name);
    Max(Number.MAX_SAFE_INTEGER)(target, name);
  };

/** Which violations; every parameter narrows. */
export class ViolationsFilterQuery {
  @Id('Id of the project')
  project?: number;

  @Text('Id or full path of a group; with all below it', 'acme/payments')
  namespace?: string;

  @Id('Id of a framework that asked for the control')
  framework?: number;

  @Id('Id of a requirement that asked for the control')
  requirement?: number;

  @ApiPropertyOptional({ type: [String], description: 'Names of controls' })
  @IsOptional()
  @List()
  @Matches(/^([a-z][a-z0-9_]*|external\/\d+)$/, {
    each: true,
    message: 'control must be a name such as minimum_approvals_required_2, or external/ and an id',
  })
  control?: string[];

  @ApiPropertyOptional({ enum: violationStatuses, isArray: true })
  @IsOptional()
  @List()
  @IsIn(violationStatuses, { each: true })
  status?: ViolationStatus[];

  @ApiPropertyOptional({ enum: severities, isArray: true })
  @IsOptional()
  @List()
  @IsIn(severities, { each: true })
  severity?: string[];

  @Text('Id, e-mail address or name of who acted in the event', 'ann@example.com')
  actor?: string;

  @Moment('Detected not before this time')
  from?: string;

  @Moment('Detected before this time')
  to?: string;
}

export class ViolationsQuery extends IntersectionType(ViolationsFilterQuery, PageQuery) {}

/** The filter of checked parameters. @param path of the namespace that they name */
export function violationsFilter(
  query: ViolationsFilterQuery,
  principal: Principal,
  path: string | undefined,
): ViolationFilter {
  const { project, framework, requirement, control, status, severity, actor, from, to } = query;
  const terms: ViolationTerm[] = [];
  if (project) terms.push({ by: 'project', id: project });
  if (path) terms.push({ by: 'path', is: path });
  if (framework) terms.push({ by: 'framework', id: framework });
  if (requirement) terms.push({ by: 'requirement', id: requirement });
  if (control) terms.push({ by: 'control', among: control });
  if (severity) terms.push({ by: 'severity', among: severity });
  if (status) terms.push({ by: 'status', among: status.map((name) => violationStatuses.indexOf(name)) });
  if (actor) terms.push({ by: 'actor', is: actor });
  if (from) terms.push({ by: 'from', at: momentOf(from)! });
  if (to) terms.push({ by: 'to', at: momentOf(to)! });
  return { terms, namespaces: principal.namespaces };
}
