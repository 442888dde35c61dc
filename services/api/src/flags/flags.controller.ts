import { Flags, type FlagsState } from '@auditmesh/runtime';
import { Controller, Get } from '@nestjs/common';
import { Requires } from '../access/requires.js';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';

class FlagFaultJson {
  @ApiProperty() message!: string;
  @ApiProperty({ type: Number, nullable: true }) line!: number | null;
}

class FlagJson {
  @ApiProperty({ example: 'security_policy_audit_events' }) name!: string;
  @ApiProperty({ enum: ['on', 'off'], description: 'off is off for all' }) state!: 'on' | 'off';
  @ApiProperty({ description: 'Of root namespaces' }) percentage!: number;
  @ApiProperty({ type: [String], description: 'Root namespaces that are always in' }) allow!: string[];
  @ApiProperty({ enum: ['file', 'default'] }) source!: 'file' | 'default';
}

class FlagsJson {
  @ApiProperty({ type: String, nullable: true, description: 'FLAGS_FILE' }) file!: string | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) loaded_at!: string | null;
  @ApiProperty({ type: [FlagFaultJson], description: 'Why the file as it is now is not in force' })
  faults!: FlagFaultJson[];
  @ApiProperty({ type: [FlagJson] }) flags!: FlagJson[];
}

/** The rollout flags as this process reads them; every service is given the same file. */
@ApiTags('Rollout flags')
@ApiBearerAuth()
@Controller('api/v1/flags')
@Requires({ permission: 'flags:read', everywhere: true })
export class FlagsController {
  constructor(private readonly flags: Flags) {}

  @Get()
  @ApiOperation({ summary: 'The rules of the rollout flags in force' })
  @ApiOkResponse({ type: FlagsJson })
  state(): FlagsState {
    return this.flags.state();
  }
}
