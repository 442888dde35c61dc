import { violationStatuses, type ViolationStatus } from '@auditmesh/compliance';
import { escapeText } from '@auditmesh/events';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, IsUrl, Matches, MaxLength, MinLength } from 'class-validator';

const TEXT = 5_000;
const NAME = 255;
const URL_LENGTH = 2_000;

/** As the tables can hold it. */
const Storable = (): PropertyDecorator =>
  Transform(({ value }) => (typeof value === 'string' ? escapeText(value) : value));

export class AskedTransition {
  @ApiProperty({ enum: violationStatuses, description: 'detected reopens it' })
  @IsIn(violationStatuses)
  to!: ViolationStatus;

  @ApiPropertyOptional({ description: 'Why; a dismissal needs one' })
  @Storable()
  @IsOptional()
  @IsString()
  @MaxLength(TEXT)
  reason?: string;
}

export class AskedComment {
  @ApiProperty()
  @Storable()
  @IsString()
  @Matches(/\S/, { message: 'text must say something' })
  @MaxLength(TEXT)
  text!: string;
}

export class AskedLink {
  @ApiProperty({ description: 'Address of a ticket, http or https', example: 'https://tickets.example/7' })
  @Storable()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  @MaxLength(URL_LENGTH)
  url!: string;

  @ApiPropertyOptional({ description: 'What people read in its place' })
  @Storable()
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(NAME)
  title?: string;
}

export class AcceptedCommand {
  @ApiProperty({ format: 'uuid', description: 'The cause of the change that it becomes' }) id!: string;
  @ApiProperty() topic!: string;
  @ApiProperty() partition!: number;
  @ApiProperty() offset!: number;
}
