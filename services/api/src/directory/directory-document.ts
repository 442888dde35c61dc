import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsObject, IsOptional, Max, Min } from 'class-validator';
import { Id, ListOf, OptionalId, Path } from './fields.js';
import { ControlEntry, FrameworkEntry } from './framework-document.js';

const MAX_SHARDS = 64;

/** What every entity of a directory may say. */
class Removable {
  @ApiPropertyOptional({ description: 'true: it does not exist any more', default: false })
  @IsOptional()
  @IsBoolean()
  removed?: boolean;
}

export class NamespaceEntry extends Removable {
  @Id() id!: number;
  @Path() path!: string;
  @OptionalId() parent?: number;
  @ApiPropertyOptional({
    description: 'Number of logs of a root namespace, fixed when it is created',
    default: 1,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_SHARDS)
  log_shards?: number;
}

export class ProjectEntry extends Removable {
  @Id() id!: number;
  @Path() path!: string;
  @Id() namespace!: number;
  @ApiPropertyOptional() @IsOptional() @IsBoolean() archived?: boolean;
  @ApiPropertyOptional() @IsOptional() @IsBoolean() personal?: boolean;
  @ApiPropertyOptional({ type: Object }) @IsOptional() @IsObject() settings?: Record<string, unknown>;
}

export class PolicyLinkEntry extends Removable {
  @Id() policy_project!: number;
  @OptionalId() namespace?: number;
  @OptionalId() project?: number;
}

/** The directory file, or a part of it. */
export class DirectoryDocument {
  @ListOf(() => NamespaceEntry) namespaces: NamespaceEntry[] = [];
  @ListOf(() => ProjectEntry) projects: ProjectEntry[] = [];
  @ListOf(() => PolicyLinkEntry) policy_links: PolicyLinkEntry[] = [];
  @ListOf(() => FrameworkEntry) frameworks: FrameworkEntry[] = [];
  @ListOf(() => ControlEntry) controls: ControlEntry[] = [];
}

export class DirectoryAnswer {
  @ApiProperty({ description: 'Entities that were new or different' }) changed!: number;
  @ApiProperty({ description: 'Entities that were as they are' }) unchanged!: number;
}
