import { categories, escapeText, parseMicros } from '@auditmesh/events';
import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  registerDecorator,
} from 'class-validator';

export const MAX_LIMIT = 1_000;
const MAX_TEXT = 500;

/** A list given as `a,b` or by repeating the parameter. */
export const List = (): PropertyDecorator =>
  Transform(({ value }) =>
    (Array.isArray(value) ? value : [value]).flatMap((v: unknown) => String(v).split(',')),
  );

export const Text =
  (description: string, example?: string): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ description, ...(example ? { example } : {}) })(target, name);
    // The trail holds text in this form.
    Transform(({ value }) => (typeof value === 'string' ? escapeText(value) : value))(target, name);
    IsOptional()(target, name);
    IsString({ message: '$property must be given once' })(target, name);
    MinLength(1)(target, name as string);
    MaxLength(MAX_TEXT)(target, name as string);
  };

/** A moment: RFC 3339, or a day, which is its beginning in UTC. */
export const Moment =
  (description: string): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ description, example: '2026-11-20T10:00:00Z' })(target, name);
    IsOptional()(target, name);
    registerDecorator({
      target: target.constructor,
      propertyName: name as string,
      options: {
        message: `${String(name)} must be a time such as 2026-11-20T10:00:00Z, or a day such as 2026-11-20`,
      },
      validator: { validate: (value: unknown) => typeof value === 'string' && momentOf(value) !== undefined },
    });
  };

/** µs since the epoch; undefined if the text is no moment. */
export const momentOf = (text: string): number | undefined =>
  parseMicros(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);

/** Which events; every parameter narrows. */
export class AuditEventsFilterQuery {
  @ApiPropertyOptional({
    type: [String],
    description: 'Types in the catalog; * stands for any end',
    example: 'security_policy_*',
  })
  @IsOptional()
  @List()
  @Matches(/^[a-z0-9_]+\*?$|^\*$/, {
    each: true,
    message: 'type must be a name such as security_policy_update, or a beginning and *',
  })
  type?: string[];

  @ApiPropertyOptional({ type: [String], enum: categories })
  @IsOptional()
  @List()
  @IsIn(categories, { each: true })
  category?: string[];

  @Text('Id, e-mail address or name of who did it', 'ann@example.com')
  actor?: string;

  @Text('Where it belongs: {type}:{id}, or a full path with all below it', 'project:42')
  scope?: string;

  @Text('Id or name of what was acted upon', 'Two eyes')
  target?: string;

  @ApiPropertyOptional({ enum: ['success', 'failure', 'denied'] })
  @IsOptional()
  @IsIn(['success', 'failure', 'denied'])
  outcome?: string;

  @Moment('Not before this time')
  from?: string;

  @Moment('Before this time')
  to?: string;

  @Text('Words in the message or in the names; "quoted words" in a row, -word not', 'two eyes')
  q?: string;
}

/** Which part of a list. */
export class PageQuery {
  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: MAX_LIMIT })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'From `next` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}

/** What to search for. */
export class SearchAuditEventsQuery extends IntersectionType(AuditEventsFilterQuery, PageQuery) {}
