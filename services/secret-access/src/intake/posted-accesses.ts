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

export class PostedActor {
  @IsIn(actorTypes) type!: string;
  @IsOptional() @IsString() @MaxLength(TEXT) id?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) name?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) email?: string;
  @IsOptional() @IsIP() ip?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) user_agent?: string;
}

/** One use of one secret, as it is reported over HTTP. What it has besides these fields is neither kept nor named. */
export class PostedAccess {
  /** Identity of the access within the caller; the key of the call and the position stand for it if left out. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,200}$/, { message: '$property must be 1 to 200 visible ASCII characters' })
  id?: string;

  /** When it ended, RFC 3339. */
  @IsString() @MaxLength(40) occurred_at!: string;
  @IsIn(accessTypes) action!: string;
  @IsOptional() @IsIn(accessOutcomes) outcome?: string;
  @IsDefined() @IsObject() @ValidateNested() @Type(() => PostedActor) actor!: PostedActor;
  @IsString() @MinLength(1) @MaxLength(ID) secret_id!: string;
  @IsOptional() @IsString() @MaxLength(TEXT) secret_path?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) mount?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) version?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) policy?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) request_id?: string;
  @IsOptional() @IsString() @MaxLength(TEXT) error_code?: string;
}

export class PostedAccesses {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_ACCESSES)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => PostedAccess)
  accesses!: PostedAccess[];
}

export interface AcceptedAccesses {
  /** Ids of the events that the accesses become, in their order. */
  ids: string[];
}
