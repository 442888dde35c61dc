import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';

/** Entities that one call may bring. */
export const MAX_ENTITIES = 5_000;
const PATH = /^[^/\s\0]+(\/[^/\s\0]+)*$/;
const MAX_PATH = 2_000;
const MAX_SHARDS = 64;

const Id = (): PropertyDecorator => (target, name) => {
  ApiProperty({ type: Number })(target, name);
  IsInt()(target, name as string);
  Min(1)(target, name as string);
  Max(Number.MAX_SAFE_INTEGER)(target, name as string);
};

const OptionalId = (): PropertyDecorator => (target, name) => {
  ApiPropertyOptional({ type: Number })(target, name);
  IsOptional()(target, name);
  IsInt()(target, name as string);
  Min(1)(target, name as string);
  Max(Number.MAX_SAFE_INTEGER)(target, name as string);
};

const Path = (): PropertyDecorator => (target, name) => {
  ApiProperty({ example: 'acme/payments' })(target, name);
  IsString()(target, name as string);
  MaxLength(MAX_PATH)(target, name as string);
  Matches(PATH, { message: '$property must be a path such as acme/payments' })(target, name as string);
};

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

export class RequirementEntry {
  @Id() id!: number;
  @ApiProperty() @IsString() @MinLength(1) @MaxLength(255) name!: string;
  @ApiPropertyOptional({ type: [String] })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  controls?: string[];
}

export class FrameworkEntry extends Removable {
  @Id() id!: number;
  @Id() namespace!: number;
  @ApiProperty() @IsString() @MinLength(1) @MaxLength(255) name!: string;
  @ApiPropertyOptional({ type: [Number] })
  @IsOptional()
  @IsArray()
  @IsInt({ each: true })
  @Min(1, { each: true })
  projects?: number[];
  @ApiPropertyOptional({ type: [RequirementEntry] })
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RequirementEntry)
  requirements?: RequirementEntry[];
}

const ListOf =
  (type: () => new () => object): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ type: () => [type()] })(target, name);
    IsOptional()(target, name);
    IsArray()(target, name as string);
    ArrayMaxSize(MAX_ENTITIES)(target, name as string);
    ValidateNested({ each: true })(target, name as string);
    Type(type)(target, name as string);
  };

/** The directory file, or a part of it. */
export class DirectoryDocument {
  @ListOf(() => NamespaceEntry) namespaces: NamespaceEntry[] = [];
  @ListOf(() => ProjectEntry) projects: ProjectEntry[] = [];
  @ListOf(() => PolicyLinkEntry) policy_links: PolicyLinkEntry[] = [];
  @ListOf(() => FrameworkEntry) frameworks: FrameworkEntry[] = [];
}

export class DirectoryAnswer {
  @ApiProperty({ description: 'Entities that were new or different' }) changed!: number;
  @ApiProperty({ description: 'Entities that were as they are' }) unchanged!: number;
}
