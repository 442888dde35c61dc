import { complianceStatuses, type ComplianceStatus } from '@auditmesh/compliance';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Moment } from '../audit-events/search-audit-events.query.js';

const status = { enum: complianceStatuses } as const;
const since = { format: 'date-time', description: 'Begin of the current run of this status' } as const;
const open = { description: 'Violations that were detected or in review at that time' } as const;

export class ComplianceQuery {
  @Moment('As of when; now if left out')
  at?: string;
}

export class ComplianceHistoryQuery {
  @Moment('Not before this time; 30 days before the end if left out')
  from?: string;

  @Moment('Before this time; now if left out')
  to?: string;
}

class ControlComplianceJson {
  @ApiProperty({ description: 'external/{id} for an external one' }) name!: string;
  @ApiProperty(status) status!: ComplianceStatus;
  @ApiProperty(since) since!: string;
  @ApiProperty(open) open_violations!: number;
}

class RequirementComplianceJson {
  @ApiProperty() id!: number;
  @ApiProperty({ description: 'As it was called at that time' }) name!: string;
  @ApiProperty(status) status!: ComplianceStatus;
  @ApiProperty(since) since!: string;
  @ApiProperty(open) open_violations!: number;
  @ApiProperty({ type: [ControlComplianceJson] }) controls!: ControlComplianceJson[];
}

class FrameworkComplianceJson {
  @ApiProperty() id!: number;
  @ApiProperty({ description: 'As it was called at that time' }) name!: string;
  @ApiProperty({ type: [RequirementComplianceJson] }) requirements!: RequirementComplianceJson[];
}

export class ComplianceProjectJson {
  @ApiProperty() id!: number;
  @ApiProperty({ description: 'Full path, now or when it was last there' }) path!: string;
}

export class ProjectComplianceJson {
  @ApiProperty() project!: ComplianceProjectJson;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty({
    type: [FrameworkComplianceJson],
    description: 'Those that were assigned to it at that time',
  })
  frameworks!: FrameworkComplianceJson[];
}

class ComplianceRunJson {
  @ApiProperty() framework_id!: number;
  @ApiProperty() framework_name!: string;
  @ApiProperty() requirement_id!: number;
  @ApiProperty() requirement_name!: string;
  @ApiProperty(status) status!: ComplianceStatus;
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time', description: 'Before this time' }) to!: string;
}

export class ComplianceHistoryJson {
  @ApiProperty() project!: ComplianceProjectJson;
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time' }) to!: string;
  @ApiPropertyOptional({
    type: [ComplianceRunJson],
    description:
      'By requirement and time, cut to the time asked for; where there is none, nothing was required',
  })
  items!: ComplianceRunJson[];
}
