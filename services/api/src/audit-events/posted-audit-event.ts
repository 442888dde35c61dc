import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsIP,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';

const NAME = 255;
const TEXT = 5_000;

export class PostedActor {
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(NAME) id?: string;
  @ApiProperty({ enum: ['user', 'service_account', 'access_token', 'deploy_key', 'system'] })
  @IsIn(['user', 'service_account', 'access_token', 'deploy_key', 'system'])
  type!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(NAME) name?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(NAME) email?: string;
  @ApiPropertyOptional() @IsOptional() @IsIP() ip?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(TEXT) user_agent?: string;
}

export class PostedScope {
  @ApiProperty({ enum: ['instance', 'group', 'project', 'user'] })
  @IsIn(['instance', 'group', 'project', 'user'])
  type!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(NAME) id?: string;
}

export class PostedTarget {
  @ApiProperty() @IsString() @MinLength(1) @MaxLength(NAME) type!: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(NAME) id?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(NAME) name?: string;
}

/** An event from a producer without Kafka. */
export class PostedAuditEvent {
  @ApiProperty({ description: 'Name in the catalog of event types', example: 'member_added' })
  @IsString()
  @MinLength(1)
  @MaxLength(NAME)
  type!: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When it happened; the time of the first call if left out',
  })
  @IsOptional()
  @IsString()
  occurred_at?: string;

  @ApiProperty() @IsObject() @ValidateNested() @Type(() => PostedActor) actor!: PostedActor;
  @ApiProperty() @IsObject() @ValidateNested() @Type(() => PostedScope) scope!: PostedScope;
  @ApiProperty() @IsObject() @ValidateNested() @Type(() => PostedTarget) target!: PostedTarget;

  @ApiPropertyOptional({ enum: ['success', 'failure', 'denied'], default: 'success' })
  @IsOptional()
  @IsIn(['success', 'failure', 'denied'])
  outcome?: string;

  @ApiProperty({ description: 'One readable sentence' })
  @IsString()
  @MinLength(1)
  @MaxLength(TEXT)
  message!: string;

  @ApiPropertyOptional({ type: Object, description: 'Whatever else is to be known' })
  @IsOptional()
  @IsObject()
  details?: Record<string, unknown>;
}

export class AcceptedAuditEvent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() topic!: string;
  @ApiProperty() partition!: number;
  @ApiProperty() offset!: number;
}
