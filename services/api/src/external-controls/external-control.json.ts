import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, MinLength } from 'class-validator';

const WEEK_S = 604_800;
const DAY_S = 86_400;

export class NewSecret {
  @ApiPropertyOptional({
    description:
      'Left out, one is made and shown this once. `whsec_` and base64, as Standard Webhooks has it, or any other text',
    minLength: 16,
    maxLength: 255,
  })
  @IsOptional()
  @IsString()
  @MinLength(16)
  @MaxLength(255)
  @Matches(/^[\x21-\x7e]+$/, { message: '$property must be visible characters of ASCII' })
  @Matches(/^(?!whsec_)|^whsec_([A-Za-z0-9+/]{4}){4,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
    message: '$property must be base64 of at least 12 bytes after whsec_',
  })
  secret?: string;

  @ApiPropertyOptional({
    description: 'How long the secret before it is still taken, s; 0 if it has leaked',
    default: DAY_S,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(WEEK_S)
  keep_previous_s: number = DAY_S;
}

export class GivenSecret {
  @ApiProperty() control_id!: number;
  @ApiPropertyOptional({ description: 'Only if it was made here; shown this once' }) secret?: string;
}

class Named {
  @ApiProperty() id!: number;
  @ApiProperty() name!: string;
}

class LastRequestJson {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ description: '`schedule`, or who asked for it' }) asked_by!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiProperty() attempts!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'HTTP status of the latest attempt' })
  status!: number | null;
  @ApiProperty({ type: String, nullable: true }) error!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['answered', 'failed', 'dropped'],
    description: 'Null while it is tried',
  })
  outcome!: string | null;
}

/** An external control that is required of a project, and how the latest question to it went. */
export class ExternalControlJson extends Named {
  @ApiProperty({ description: 'Without its query' }) url!: string;
  @ApiProperty() ping_enabled!: boolean;
  @ApiProperty({ description: 'How long a verdict may take, s' }) timeout_s!: number;
  @ApiProperty() has_secret!: boolean;
  @ApiProperty({ type: Named }) framework!: Named;
  @ApiProperty({ type: Named }) requirement!: Named;
  @ApiProperty({ type: LastRequestJson, nullable: true }) last_request!: LastRequestJson | null;
}

export class ExternalControlList {
  @ApiProperty({ type: [ExternalControlJson] }) items!: ExternalControlJson[];
}

export class AskedControl {
  @ApiProperty({ format: 'uuid', description: 'The question, as `request_id` and `webhook-id` have it' })
  request_id!: string;
}
