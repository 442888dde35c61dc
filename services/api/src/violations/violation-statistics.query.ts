import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { intervals, type Interval } from '../domain/violation-statistics.js';
import { ViolationsFilterQuery } from './violations.query.js';

export const groupings = ['control', 'framework', 'status', 'project'] as const;
export type Grouping = (typeof groupings)[number];

/** What to count; `from` and `to` are about what happened, and the other filters about the violations. */
export class ViolationStatisticsQuery extends ViolationsFilterQuery {
  @ApiPropertyOptional({ enum: groupings, default: 'control' })
  @IsOptional()
  @IsIn(groupings)
  group_by: Grouping = 'control';

  @ApiPropertyOptional({ enum: intervals, default: 'day', description: 'In UTC; a week begins on Monday' })
  @IsOptional()
  @IsIn(intervals)
  interval: Interval = 'day';

  @ApiPropertyOptional({ default: 100, minimum: 1, maximum: 1_000, description: 'Groups to be shown' })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit: number = 100;
}

class IntervalStatisticsJson {
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time' }) to!: string;
  @ApiProperty({ description: 'Detected or reopened; grouped by status: came into it' }) opened!: number;
  @ApiProperty({ description: 'Grouped by status: left it' }) resolved!: number;
  @ApiProperty() dismissed!: number;
  @ApiProperty({ description: 'At the end of the interval; grouped by status: were in it' }) open!: number;
}

class GroupStatisticsJson {
  @ApiProperty({ description: 'Name of the control or status, id of the framework or project' }) key!: string;
  @ApiProperty({ description: 'What people call it' }) name!: string;
  @ApiProperty({ type: [IntervalStatisticsJson] }) intervals!: IntervalStatisticsJson[];
}

export class ViolationStatisticsJson {
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time' }) to!: string;
  @ApiProperty({ type: [GroupStatisticsJson], description: 'Those with the most openings first' })
  items!: GroupStatisticsJson[];
  @ApiProperty({ description: 'Groups beyond the limit' }) left_off!: number;
}
