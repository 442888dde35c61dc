import { hash } from 'node:crypto';
import type { Framework, Requirement } from '@auditmesh/events';
import { canonicalText, type Json } from '@auditmesh/policies';
import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Id, Ids, ListOf, OptionalId } from '../directory/fields.js';
import {
  ExternalControlEntry,
  ExternalControlFields,
  FrameworkFields,
  RequirementEntry,
  RequirementFields,
} from '../directory/framework-document.js';
import type { FrameworkRow } from '../store/compliance-rows.js';

const MAX_LIST = 1_000;

class ExternalControlBody extends ExternalControlFields {
  @OptionalId('Of one that is there; without it a new one is made') id?: number;
}

/** A requirement as it is asked for. */
export class RequirementBody extends RequirementFields {
  @ListOf(() => ExternalControlBody, MAX_LIST) external_controls?: ExternalControlBody[];
}

class RequirementInBody extends RequirementBody {
  @OptionalId('Of one that is there; without it a new one is made') id?: number;
}

/** A framework as it is asked for; what is left out is empty. */
export class FrameworkBody extends FrameworkFields {
  @ListOf(() => RequirementInBody, MAX_LIST) requirements?: RequirementInBody[];
  @Ids('Projects that it is assigned to') projects?: number[];
  @Ids('Groups to whose projects, at any depth, it is assigned') groups?: number[];
}

export class NewFramework extends FrameworkBody {
  @Id('Root namespace that owns it') namespace!: number;
}

/** What is left out stays as it is. */
export class FrameworkPatch extends PartialType(FrameworkBody) {}

class RequirementJson extends RequirementEntry {
  declare external_controls: ExternalControlEntry[];
}

export class FrameworkJson {
  @ApiProperty() id!: number;
  @ApiProperty({ description: 'Root namespace that owns it' }) namespace!: number;
  @ApiProperty() name!: string;
  @ApiProperty() description!: string;
  @ApiProperty() color!: string;
  @ApiProperty() by_default!: boolean;
  @ApiPropertyOptional({ type: [Number], description: 'Not in lists' }) projects?: number[];
  @ApiProperty({ description: 'How many projects it is assigned to directly' }) projects_count!: number;
  @ApiProperty({ type: [Number] }) groups!: number[];
  @ApiProperty({ type: [RequirementEntry] }) requirements!: RequirementJson[];
  @ApiProperty({ description: 'Of what is shown here; also the ETag, for If-Match' }) version!: string;
}

export class FrameworkPage {
  @ApiProperty({ type: [FrameworkJson] }) items!: FrameworkJson[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last' })
  next!: string | null;
}

export class FrameworksQuery {
  @ApiPropertyOptional({ type: Number, description: 'Only those that this root namespace owns' })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  namespace?: number;

  @ApiPropertyOptional({
    type: Number,
    description: 'Only those of this project: assigned to it, to one of its groups, or by default',
  })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  project?: number;

  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(255) name?: string;

  @ApiPropertyOptional({ default: 50, minimum: 1, maximum: 1_000 })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'From `next` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;
}

/** The framework as the API shows it. */
export function frameworkJson(framework: Framework): FrameworkJson {
  const { id, namespace_id, name, description, color, by_default, projects, groups } = framework;
  return {
    ...{ id, namespace: namespace_id, name, description, color, by_default, projects },
    ...{ projects_count: projects.length, groups },
    requirements: framework.requirements.map(requirementJson),
    version: versionOf(framework),
  };
}

const requirementJson = ({ security_policies, ...requirement }: Requirement): RequirementJson => ({
  ...requirement,
  security_policies: security_policies.map(({ policy_project_id, type, name }) => ({
    ...{ policy_project: policy_project_id, type, name },
  })),
});

/** The framework in a list, without what may be long. */
export function frameworkSummary(framework: FrameworkRow): FrameworkJson {
  const { projects: _, ...summary } = frameworkJson(framework);
  return summary;
}

/** Of the content: equal contents have equal versions. */
export function versionOf(framework: Framework): string {
  const { id, namespace_id, name, description, color, by_default, projects, groups, requirements } =
    framework;
  const content = { id, namespace_id, name, description, color, by_default, projects, groups, requirements };
  return hash('sha256', canonicalText(content as unknown as Json), 'hex').slice(0, 16);
}
