import { ServiceConfig } from '@auditmesh/runtime';
import { IsIn, IsOptional, IsString } from 'class-validator';

export class ViolationsConfig extends ServiceConfig {
  /** Folder with further controls for all tenants; a name that is also ours stays ours. */
  @IsOptional()
  @IsString()
  CONTROLS_FOLDER?: string;

  /** Whether a control of the folder wins over ours of that name. */
  @IsOptional()
  @IsIn(['true', 'false'])
  CONTROLS_OVERRIDE: string = 'false';
}
