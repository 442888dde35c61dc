import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { permissions, type Permission } from '../domain/principal.js';

/** A token to be made. */
export class NewApiToken {
  @ApiProperty({ description: 'Who or what will use it; events say so', example: 'auditors' })
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name!: string;

  @ApiProperty({ enum: permissions, isArray: true })
  @IsArray()
  @ArrayNotEmpty()
  @IsIn(permissions, { each: true })
  permissions!: Permission[];

  @ApiPropertyOptional({
    type: [String],
    description: 'Ids or paths of groups; it reaches them and all below. Left out, it reaches everything.',
    example: ['acme/payments'],
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(1_000, { each: true })
  namespaces?: string[];

  @ApiPropertyOptional({ format: 'date-time', description: 'Never, if left out' })
  @IsOptional()
  @IsString()
  expires_at?: string;
}

class TokenNamespace {
  @ApiProperty() id!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null if the directory does not know it any more',
  })
  path!: string | null;
}

export class ApiTokenJson {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: permissions, isArray: true }) permissions!: Permission[];
  @ApiProperty({ type: [TokenNamespace], description: 'Empty: everything' }) namespaces!: TokenNamespace[];
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expires_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) revoked_at!: string | null;
  @ApiProperty() created_by!: string;
}

export class MadeApiToken extends ApiTokenJson {
  @ApiProperty({ description: 'Shown this once' }) token!: string;
}

export class ApiTokenPage {
  @ApiProperty({ type: [ApiTokenJson] }) items!: ApiTokenJson[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last' })
  next!: string | null;
}

export class ApiTokensQuery {
  @ApiPropertyOptional({ default: 100, minimum: 1, maximum: 1_000 })
  @IsOptional()
  @Transform(({ value }) => Number(value))
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit: number = 100;

  @ApiPropertyOptional({ description: 'From `next` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  cursor?: string;
}
