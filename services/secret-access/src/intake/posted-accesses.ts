import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsIn,
  IsIP,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { accessOutcomes, accessTypes, actorTypes } from '../domain/access-fault.js';

const ID = 4_096;
const TEXT = 1_024;
const MAX_ACCESSES = 1_000;
const STORABLE = /^[^\0\ud800-\udfff]*$/u;

export class PostedActor {
  @ApiProperty({ enum: actorTypes }) @IsIn(actorTypes) type!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) id?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) name?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) email?: string;
  @ApiPropertyOptional() @IsOptional() @IsIP() ip?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) user_agent?: string;
}

/** One use of one secret, as it is reported over HTTP. What it has besides these fields is neither kept nor named. */
export class PostedAccess {
  @ApiPropertyOptional({ description: 'Identity of the access; else the key of the call and the position' })
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,200}$/, { message: '$property must be 1 to 200 visible ASCII characters' })
  id?: string;

  @ApiProperty({ format: 'date-time', description: 'When it ended; the same in a repetition' })
  @IsString()
  @MaxLength(40)
  occurred_at!: string;
  @ApiProperty({ enum: accessTypes }) @IsIn(accessTypes) action!: string;
  @ApiPropertyOptional({ enum: accessOutcomes, default: 'success' })
  @IsOptional()
  @IsIn(accessOutcomes)
  outcome?: string;
  @ApiProperty() @IsDefined() @IsObject() @ValidateNested() @Type(() => PostedActor) actor!: PostedActor;
  @ApiProperty({ description: 'Identity of the secret in its store' })
  @Matches(STORABLE, { message: '$property must have no NUL and no half of a character' })
  @MinLength(1)
  @MaxLength(ID)
  secret_id!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) secret_path?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) mount?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) version?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) policy?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) request_id?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) error_code?: string;
}

export class PostedAccesses {
  @ApiProperty({ type: [PostedAccess], minItems: 1, maxItems: MAX_ACCESSES })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ACCESSES)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => PostedAccess)
  accesses!: PostedAccess[];
}

export class AcceptedAccesses {
  @ApiProperty({ type: [String], description: 'Ids of the events that the accesses become, in their order' })
  ids!: string[];
}
