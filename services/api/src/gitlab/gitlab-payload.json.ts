import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const text = { type: String, nullable: true } as const;
const id = { type: Number, nullable: true } as const;

/** An audit event as GitLab streams it; fields beyond these are kept. It is read leniently, not against this class. */
export class GitLabPayload {
  @ApiProperty({ description: 'Unique within the instance; a number is taken too' }) id!: string;
  @ApiProperty({ description: 'A type of the catalog', example: 'merge_request_merged' }) event_type!: string;
  @ApiProperty({ enum: ['Project', 'Group', 'User', 'Gitlab::Audit::InstanceScope'] }) entity_type!: string;
  @ApiProperty({ format: 'date-time' }) created_at!: string;
  @ApiPropertyOptional(id) author_id?: number | null;
  @ApiPropertyOptional(text) author_name?: string | null;
  @ApiPropertyOptional(id) entity_id?: number | null;
  @ApiPropertyOptional(text) entity_path?: string | null;
  @ApiPropertyOptional(id) target_id?: number | null;
  @ApiPropertyOptional(text) target_type?: string | null;
  @ApiPropertyOptional(text) target_details?: string | null;
  @ApiPropertyOptional(text) ip_address?: string | null;
  @ApiPropertyOptional({ type: Object }) details?: Record<string, unknown>;
}
