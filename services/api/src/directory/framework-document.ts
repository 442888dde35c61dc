import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Id, Ids, ListOf, OptionalText, Text } from './fields.js';

const MAX_NAME = 255;
const MAX_URL = 1_024;
const MAX_TIMEOUT_S = 30 * 86_400;
/** A request of nonsense ends here; how many there may be is said by the limits of frameworks. */
const MAX_LIST = 1_000;

/** A control that another system answers for, but for its id. */
export class ExternalControlFields {
  @Text(MAX_NAME) name!: string;

  @ApiProperty({ description: 'Where it is asked', example: 'https://checks.example.com/compliance' })
  @IsUrl({ protocols: ['https', 'http'], require_tld: false, require_protocol: true })
  @MaxLength(MAX_URL)
  url!: string;

  @ApiPropertyOptional({ default: true, description: 'false: it is not asked and answers by itself' })
  @IsOptional()
  @IsBoolean()
  ping_enabled?: boolean;

  @ApiPropertyOptional({
    default: 1_800,
    minimum: 1,
    maximum: MAX_TIMEOUT_S,
    description: 'How long a verdict may take before it counts as fail, s',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_TIMEOUT_S)
  timeout_s?: number;
}

/** A security policy that serves a requirement. */
export class RequirementPolicyEntry {
  @Id('Project that holds the policy') policy_project!: number;
  @Text(MAX_NAME, 'Such as approval_policy') type!: string;
  @Text(MAX_NAME) name!: string;
}

/** A requirement, but for ids. */
export class RequirementFields {
  @Text(MAX_NAME, 'Unique in its framework') name!: string;
  @OptionalText(500, 'What it asks for, for people') description?: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Names of controls, ours or the root namespace’s own; at most five with the external ones',
    example: ['minimum_approvals_required_2'],
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LIST)
  @IsString({ each: true })
  @MaxLength(MAX_NAME, { each: true })
  controls?: string[];

  @ListOf(() => RequirementPolicyEntry, MAX_LIST) security_policies?: RequirementPolicyEntry[];
}

/** What people decide about a framework, but for its requirements. */
export class FrameworkFields {
  @Text(MAX_NAME, 'Unique in its root namespace') name!: string;
  @OptionalText(255, 'What it is for') description?: string;

  @ApiPropertyOptional({ maxLength: 10, example: '#1f75cb', description: 'Of its label; empty for none' })
  @IsOptional()
  @MaxLength(10)
  @Matches(/^(#[0-9A-Fa-f]+|[a-z]+|)$/, { message: '$property must be a colour such as #1f75cb' })
  color?: string;

  @ApiPropertyOptional({
    default: false,
    description: 'Whether it is assigned to every project of its root namespace that no other is assigned to',
  })
  @IsOptional()
  @IsBoolean()
  by_default?: boolean;
}

export class ExternalControlEntry extends ExternalControlFields {
  @Id() id!: number;
}

export class RequirementEntry extends RequirementFields {
  @Id() id!: number;
  @ListOf(() => ExternalControlEntry, MAX_LIST) external_controls?: ExternalControlEntry[];
}

export class FrameworkEntry extends FrameworkFields {
  @ApiPropertyOptional({ description: 'true: it does not exist any more', default: false })
  @IsOptional()
  @IsBoolean()
  removed?: boolean;

  @Id() id!: number;
  @Id('Root namespace that owns it') namespace!: number;
  @Ids('Projects that it is assigned to') projects?: number[];
  @Ids('Groups to whose projects, at any depth, it is assigned') groups?: number[];
  @ListOf(() => RequirementEntry, MAX_LIST) requirements?: RequirementEntry[];
}

/** A control that users of a tenant wrote. */
export class ControlEntry {
  @ApiPropertyOptional({ description: 'true: it does not exist any more', default: false })
  @IsOptional()
  @IsBoolean()
  removed?: boolean;

  @Id('Root namespace that owns it') namespace!: number;
  @Text(100) name!: string;
  @OptionalText(65_536, 'The control file, YAML; only what is removed needs none') definition?: string;
}
