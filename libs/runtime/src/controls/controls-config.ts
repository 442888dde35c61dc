import { IsIn, IsOptional, IsString } from 'class-validator';
import { ServiceConfig } from '../config.js';

/** What every service is told that has to do with controls. All of them must be told the same. */
export class ControlsConfig extends ServiceConfig {
  /** Folder with further controls for all tenants; a name that is also ours stays ours. */
  @IsOptional()
  @IsString()
  CONTROLS_FOLDER?: string;

  /** Whether a control of the folder wins over ours of that name. */
  @IsOptional()
  @IsIn(['true', 'false'])
  CONTROLS_OVERRIDE: string = 'false';
}
